export { Demo, type DemoParts } from './demo.ts';
