import { timestampBytes, writeTimestamp } from './binary-timestamp.ts';

/**
 * Whole columns as one-dimensional arrays in PostgreSQL's binary format (`array_send` and the `send` function of
 * each element type). A `Buffer` parameter travels in that format, and neither side turns numbers into text and
 * back, which cost the ingest as much as storing the row.
 */

/** Type numbers of pg_type.dat; they never change. */
const oid = { bool: 16, int4: 23, text: 25, float4: 700, timestamptz: 1184 } as const;

const headerBytes = 20;
const lengthBytes = 4;
const nullLength = -1;

/** Epoch milliseconds as `timestamptz[]`. */
export function timestampArray(values: readonly number[]): Buffer {
  const buffer = fixedWidth(values, oid.timestamptz, timestampBytes);
  for (let i = 0, at = headerBytes; i < values.length; i++) {
    at = buffer.writeInt32BE(timestampBytes, at);
    at = writeTimestamp(buffer, values[i] ?? 0, at);
  }
  return buffer;
}

/** `text[]`, UTF-8. */
export function textArray(values: readonly string[]): Buffer {
  let bytes = headerBytes;
  for (const value of values) bytes += lengthBytes + Buffer.byteLength(value);
  const buffer = header(values.length, oid.text, false, bytes);
  let at = headerBytes;
  for (const value of values) {
    const length = buffer.write(value, at + lengthBytes);
    buffer.writeInt32BE(length, at);
    at += lengthBytes + length;
  }
  return buffer;
}

/** `real[]`, rounded to single precision. */
export function realArray(values: readonly number[]): Buffer {
  const buffer = fixedWidth(values, oid.float4, 4);
  for (let i = 0, at = headerBytes; i < values.length; i++) {
    at = buffer.writeInt32BE(4, at);
    at = buffer.writeFloatBE(values[i] ?? 0, at);
  }
  return buffer;
}

/** `integer[]`; values beyond 32 bits throw a `RangeError`. */
export function integerArray(values: readonly (number | null)[]): Buffer {
  const nulls = values.reduce<number>((count, value) => count + (value === null ? 1 : 0), 0);
  const bytes = headerBytes + values.length * (lengthBytes + 4) - nulls * 4;
  const buffer = header(values.length, oid.int4, nulls > 0, bytes);
  let at = headerBytes;
  for (const value of values) {
    at = buffer.writeInt32BE(value === null ? nullLength : 4, at);
    if (value !== null) at = buffer.writeInt32BE(value, at);
  }
  return buffer;
}

/** `boolean[]`. */
export function booleanArray(values: readonly boolean[]): Buffer {
  const buffer = fixedWidth(values, oid.bool, 1);
  for (let i = 0, at = headerBytes; i < values.length; i++) {
    at = buffer.writeInt32BE(1, at);
    at = buffer.writeUInt8(values[i] === true ? 1 : 0, at);
  }
  return buffer;
}

function fixedWidth(values: readonly unknown[], type: number, width: number): Buffer {
  return header(values.length, type, false, headerBytes + values.length * (lengthBytes + width));
}

/** Dimensions, whether there are nulls, the element type; then length and lower bound of the one dimension. */
function header(count: number, type: number, hasNulls: boolean, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(type, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
