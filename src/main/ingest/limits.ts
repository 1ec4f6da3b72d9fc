/** How long a message may wait for company before its batch is written. */
export const flushIntervalMs = 5;
/** Fewer are always given that time: a commit for each of a few messages would only wear out the disk. */
export const leastBatchRows = 16;
/** A batch of this many is written at once; larger ones gain nothing and hold acknowledgements longer. */
export const batchRows = 4_000;
/** From this many rows on a batch is copied into its table instead of inserted: below, the round trips cost more. */
export const copyFromRows = 200;
/** So many batches are inserted after one that met rows which were already there. */
export const batchesWithoutCopy = 50;
/** Waiting messages, while the database is away: beyond this, senders are turned away unacknowledged. */
export const backlogMessages = 200_000;
export const backlogBytes = 64_000_000;
/** First wait after a failed write, doubled up to the longest; half of it is random. */
export const firstRetryMs = 100;
export const longestRetryMs = 5_000;
/** Facts about a device are written this seldom. */
export const factsIntervalMs = 2_000;
export const knownDevicesRefreshMs = 30_000;
/** When an unknown device speaks, another process may just have adopted it. */
export const unknownDeviceRefreshMs = 2_000;
/**
 * Unreadable messages kept per second, of one sender and in all. A sensor sends two messages a minute; a
 * hundred a second is a fault or an attack, of which a sample says as much as the whole, and whose rows would
 * only wear out the disk.
 */
export const garbagePerSender = 100;
export const garbageInAll = 2_000;
/**
 * Good messages of unknown devices: these are readings that an adoption will store. A board that was offline
 * for a day sends its whole queue at once, so the limit is far above that.
 */
export const strangerPerSender = 5_000;
export const strangerInAll = 20_000;
/** The stored part of a payload in quarantine, bytes. */
export const quarantinedPayloadBytes = 8_192;
/**
 * Days other than today's that may get a partition per hour: a device may have been offline for a year. What is
 * beyond goes to quarantine.
 */
export const newDaysPerHour = 400;
export const dayBudgetMs = 3_600_000;
export const candidatesAtMost = 1_000;
export const closeDeadlineMs = 8_000;
