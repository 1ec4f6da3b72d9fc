/** So much of a file travels at once; the application takes no more. */
export const importChunkBytesOfPage = 512 * 1024;
export type ImportWorkKind = 'import' | 'undo';
