export { conformityHandlers } from './conformity.ts';
