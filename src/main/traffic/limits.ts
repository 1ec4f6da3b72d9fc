/** What the person keeps. */
export const profilesAtMost = 50;
export const bookmarksAtMost = 200;
export const templatesAtMost = 200;
/** Characters of all templates' topics and payloads together. */
export const templateBytesAtMost = 16_000_000;
export const historyAtMost = 100;
export const historyBytesAtMost = 4_000_000;
export const historyWriteDelayMs = 1_000;

export const repeatsAtMost = 20;
/** Of those that are over, the newest stay in the list. */
export const endedRepeatsAtMost = 20;

export const recordingsAtMost = 4;
/** What waits for the disk; beyond it a message is missed. */
export const recordingBacklogBytes = 16_000_000;
/** A larger payload is missed by a recording: its line would be longer than is read back. */
export const recordedPayloadBytesAtMost = 16_000_000;
export const lineBytesAtMost = 24_000_000;
/** A recording ends before it takes the room that the database needs. */
export const recordingReserveBytes = 200_000_000;
export const freeSpaceEveryMs = 2_000;
export const addedBytesAtMost = 200_000_000;
export const uploadsAtMost = 4;
/** An upload of which nothing came for so long is given up. */
export const uploadIdleMs = 600_000;
export const downloadPartBytes = 256_000;
/** On their way to the broker at once during a replay. */
export const replayWindow = 64;
export const tellEveryMs = 250;

/** Shown before retained messages are cleared. */
export const retainedExamples = 10;
/** Further pages of a list of retained messages come from one look at the broker, unless it is older. */
export const retainedLookMs = 10_000;
export const clearWindow = 50;

/** Of a broker's retained messages. */
export const retainedMessagesAtMost = 50_000;
export const retainedBytesAtMost = 32_000_000;
/** Retained copies follow the subscription at once; so long a silence is their end. */
export const retainedQuietMs = 400;
export const retainedLimitMs = 20_000;
