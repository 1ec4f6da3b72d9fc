/** From the reset to the first line of the application; a board with much flash to check takes seconds. */
export const bootLimitMs = 20_000;
/** Association and DHCP; busy access points take half a minute. */
export const wifiLimitMs = 45_000;
export const brokerLimitMs = 30_000;
/** A board that is at the broker measures when asked, or at its next interval. */
export const readingLimitMs = 60_000;
/** The command to measure is repeated: a board subscribes a moment after it connects. */
export const askIntervalMs = 3_000;
/** So many restarts in a row are a crash, not an accident. */
export const crashesAtMost = 3;
/** The same complaint so often ends the wait before its time. */
export const complaintsAtMost = 3;
export const logLinesKept = 2_000;
/** Changes of a job reach the screens at most this often. */
export const tellIntervalMs = 100;
