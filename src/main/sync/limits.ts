/** Rows that travel together and are confirmed together. */
export const rowsPerSlice = 100_000;
/** Notes of one slice: each is a condition of the question. */
export const piecesPerSlice = 200;
/** Rows of one statement, where each is compared with what is there. */
export const rowsPerBatch = 5_000;
/** Rows of tables that are compared by a hash. */
export const rowsPerComparison = 200;
/** So many notes are merged into fewer before anything else. */
export const piecesBeforeMerge = 1_000;
/** More questions than anybody would answer one by one. */
export const conflictsAtMost = 10_000;
export const conflictsShown = 200;
export const runsShown = 100;
/** Clocks that differ by more do not say which of two rows was received later. */
export const clockToleranceMs = 30_000;
export const statementTimeoutMs = 120_000;
/** How often the rows that wait are counted while nobody asks. */
export const countEveryMs = 10_000;
/** A line of a file that is carried holds one batch; a longer one is none of ours. */
export const longestLineBytes = 16 * 1024 * 1024;
