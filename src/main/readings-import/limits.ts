/** A line that is longer holds no reading. */
export const lineCharsAtMost = 65_536;
/** A quoted field may hold line breaks; one that is never closed must not swallow the file. */
export const linesInRecordAtMost = 10;
export const faultsListed = 100;
export const faultTextChars = 120;
export const devicesListed = 1_000;
/** Rows of one transaction. */
export const batchRows = 20_000;
/** Days of one transaction: each may be in another partition. */
export const batchDays = 100;
export const rowsLooked = 20;
export const sampleBytes = 256 * 1024;
export const readBytes = 256 * 1024;
export const uploadsAtMost = 4;
export const uploadBytesAtMost = 16 * 1024 ** 3;
/** What must stay free on the disk beside a file that is sent. */
export const uploadSpareBytes = 1024 ** 3;
/** A file that nobody touched for so long is let go. */
export const uploadIdleMs = 6 * 3_600_000;
export const progressEveryMs = 100;
