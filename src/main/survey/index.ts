export { Surveys } from './surveys.ts';
