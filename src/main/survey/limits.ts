/** So many changes of a survey can be taken back. */
export const stepsMost = 500;
/** What arrives during a recording is stored at once; a database that is slow gets all that waits together. */
export const recentSamplesMost = 120;
/** The page is told of recordings that run so often at most. */
export const tellEveryMs = 500;
/** Samples that are read from the database at once. */
export const samplesPage = 10_000;
export const uploadsMost = 4;
/** A survey of many photos that is imported. */
export const uploadBytesMost = 2 * 1024 ** 3;
/** What must stay free on the disk beside a file that is sent. */
export const uploadSpareBytes = 512 * 1024 ** 2;
/** A file that nobody touched for so long is let go. */
export const uploadIdleMs = 3_600_000;
/** `survey.json` of a survey that is imported. */
export const documentBytesMost = 256 * 1024 ** 2;
export const archiveFilesMost = 5_000;
