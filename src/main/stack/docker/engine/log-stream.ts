import type { ContainerLogLine } from './docker-engine.ts';

type LogStream = ContainerLogLine['stream'];

/** Of one line; what is longer is cut. */
const longestLineBytes = 64 * 1024;
const headerBytes = 8;
const largestFrameBytes = 16 * 1024 * 1024;

/**
 * Takes apart what a container without a terminal writes (API, "Attach to a container", "Stream format"): a byte
 * for the stream (1 out, 2 error), three zero bytes, the length in four bytes, then that many bytes.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error where this is not that format */
  *feed(part: Buffer): Iterable<{ readonly stream: LogStream; readonly content: Buffer }> {
    let data = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
    while (data.length >= headerBytes) {
      const kind = data.readUInt8(0);
      const length = data.readUInt32BE(4);
      if (kind > 3 || data.readUIntBE(1, 3) !== 0 || length > largestFrameBytes)
        throw new Error('the output is not in the format of the engine');
      if (data.length < headerBytes + length) break;
      const content = data.subarray(headerBytes, headerBytes + length);
      yield { stream: kind === 1 ? 'out' : 'error', content };
      data = data.subarray(headerBytes + length);
    }
    this.#rest = data;
  }
}

/** Lines of a log with time stamps in front, from pieces of it. */
export class LogLineReader {
  readonly #frames: FrameReader | undefined;
  readonly #rest: Record<LogStream, Buffer> = { out: Buffer.alloc(0), error: Buffer.alloc(0) };

  /** @param terminal true for a container with a terminal: its output is one stream without frames */
  constructor(terminal: boolean) {
    this.#frames = terminal ? undefined : new FrameReader();
  }

  *feed(part: Buffer): Iterable<ContainerLogLine> {
    const pieces = this.#frames?.feed(part) ?? [{ stream: 'out' as const, content: part }];
    for (const { stream, content } of pieces) yield* this.#lines(stream, content);
  }

  /** What is left when the log ends without a line end. */
  *end(): Iterable<ContainerLogLine> {
    for (const stream of ['out', 'error'] as const)
      if (this.#rest[stream].length > 0) yield lineOf(stream, this.#rest[stream]);
  }

  *#lines(stream: LogStream, content: Buffer): Iterable<ContainerLogLine> {
    const data = this.#rest[stream].length === 0 ? content : Buffer.concat([this.#rest[stream], content]);
    let from = 0;
    for (let to = data.indexOf(10); to >= 0; to = data.indexOf(10, from)) {
      yield lineOf(stream, data.subarray(from, to));
      from = to + 1;
    }
    // A line without an end must not grow without one either; its beginning is what will be shown.
    this.#rest[stream] = Buffer.from(data.subarray(from, from + longestLineBytes));
  }
}

/** `2026-03-01T12:00:00.123456789Z text`. */
function lineOf(stream: LogStream, line: Buffer): ContainerLogLine {
  const whole = line.subarray(0, longestLineBytes).toString('utf8').replace(/\r$/u, '');
  const space = whole.indexOf(' ');
  const stamp = space < 0 ? whole : whole.slice(0, space);
  const timeMs = /^\d{4}-\d\d-\d\dT/u.test(stamp) ? Date.parse(stamp) : Number.NaN;
  if (Number.isNaN(timeMs)) return { timeMs: 0, stream, text: whole };
  return { timeMs, stream, text: space < 0 ? '' : whole.slice(space + 1) };
}
