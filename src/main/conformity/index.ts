export { Conformity } from './conformity.ts';
