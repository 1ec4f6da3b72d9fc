/** PostgreSQL counts microseconds from 2000-01-01 UTC. */
const postgresEpochMs = 946_684_800_000;
const twoTo32 = 4_294_967_296;

/** Bytes of a `timestamptz` in binary format. */
export const timestampBytes = 8;

/** Writes epoch milliseconds as `timestamptz`; gives the place behind it. */
export function writeTimestamp(buffer: Buffer, epochMs: number, at: number): number {
  const micros = Math.round((epochMs - postgresEpochMs) * 1000);
  const high = Math.floor(micros / twoTo32);
  return buffer.writeUInt32BE(micros - high * twoTo32, buffer.writeInt32BE(high, at));
}
