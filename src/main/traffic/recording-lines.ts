import { Buffer, isUtf8 } from 'node:buffer';
import { AppError } from '../../shared/domain/app-error.ts';
import { lineBytesAtMost } from './limits.ts';
import { readRecordingLine, type LineFault, type RecordedMessage } from './recording-line.ts';

export interface RecordedLine extends RecordedMessage {
  /** Of the file, after this line. */
  readonly readBytes: number;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const newLine = 0x0a;

/**
 * The messages of a recording, one after the other; empty lines are passed over. Never holds more than one line.
 *
 * @throws AppError `traffic.recording-damaged` (data: line, from 1; reason, a `LineFault`) at the first bad line, after
 * the good ones before it were given
 */
export async function* recordedLines(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<RecordedLine, void, undefined> {
  let parts: Buffer[] = [];
  let partBytes = 0;
  let readBytes = 0;
  let line = 0;
  const take = (end: Buffer): RecordedMessage | undefined => {
    line++;
    const whole = parts.length === 0 ? end : Buffer.concat([...parts, end]);
    parts = [];
    partBytes = 0;
    return readLine(whole, line);
  };
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let from = 0;
    for (let at = bytes.indexOf(newLine); at !== -1; at = bytes.indexOf(newLine, from)) {
      if (partBytes + at - from > lineBytesAtMost) throw damaged(line + 1, 'too-long');
      readBytes += partBytes + at + 1 - from;
      const found = take(bytes.subarray(from, at));
      from = at + 1;
      if (found !== undefined) yield { ...found, readBytes };
    }
    if (from === bytes.length) continue;
    partBytes += bytes.length - from;
    if (partBytes > lineBytesAtMost) throw damaged(line + 1, 'too-long');
    // What the file gave is its own memory, and may be used again for the next piece.
    parts.push(Buffer.from(bytes.subarray(from)));
  }
  if (partBytes === 0) return;
  readBytes += partBytes;
  const last = take(Buffer.alloc(0));
  if (last !== undefined) yield { ...last, readBytes };
}

function readLine(bytes: Buffer, line: number): RecordedMessage | undefined {
  const text = line === 1 && bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
  if (!isUtf8(text)) throw damaged(line, 'not-utf8');
  const written = text.toString('utf8');
  if (written.trim() === '') return undefined;
  const found = readRecordingLine(written);
  if (typeof found === 'string') throw damaged(line, found);
  return found;
}

function damaged(line: number, reason: LineFault): AppError {
  return new AppError('traffic.recording-damaged', `Line ${line} of the recording: ${reason}.`, {
    line,
    reason,
  });
}
