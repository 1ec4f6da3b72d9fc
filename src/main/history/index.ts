export { History } from './history.ts';
