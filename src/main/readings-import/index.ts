export { checkImport, runImport, undoImport } from './import-work.ts';
export { lookAtFile } from './look-at-file.ts';
export { ReadingsImport } from './readings-import.ts';
