import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import type { ImageProgress } from './docker-engine.ts';

/** One line of what the engine tells while it pulls, loads or builds (API, "JSONMessage"). */
export interface EngineMessage {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly stream?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

const longestLine = 1024 * 1024;

/**
 * The messages of such an answer, one by one.
 *
 * @throws SyntaxError where a line is not JSON, and whatever ends the stream early
 */
export async function* engineMessages(answer: Readable, touch: () => void): AsyncIterable<EngineMessage> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const part of answer as AsyncIterable<Buffer>) {
    touch();
    rest += decoder.write(part);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) throw new SyntaxError('a line without an end');
    for (const line of lines) if (line.trim() !== '') yield messageOf(line);
  }
  rest += decoder.end();
  if (rest.trim() !== '') yield messageOf(rest);
}

function messageOf(line: string): EngineMessage {
  const message: unknown = JSON.parse(line);
  if (typeof message !== 'object' || message === null) throw new SyntaxError('a line that is no message');
  return message;
}

/** The engine's words where the message says that it failed. */
export function failureOf({ error, errorDetail }: EngineMessage): string | undefined {
  return errorDetail?.message ?? error;
}

/** `undefined` where the message is no step of the transfer. */
export function progressOf({ status, id, progressDetail }: EngineMessage): ImageProgress | undefined {
  if (status === undefined) return undefined;
  // There the id is the tag of the image.
  const layer = id === undefined || status.startsWith('Pulling from ') ? null : id;
  return {
    layer,
    status,
    currentBytes: progressDetail?.current ?? null,
    // Podman and Docker give 0 or -1 where they do not know.
    totalBytes: (progressDetail?.total ?? 0) > 0 ? (progressDetail?.total ?? null) : null,
  };
}
