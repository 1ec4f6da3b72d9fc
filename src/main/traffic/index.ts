export { Traffic } from './traffic.ts';
