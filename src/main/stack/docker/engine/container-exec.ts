import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { FrameReader } from './log-stream.ts';
import type { DockerEngine } from './docker-engine.ts';
import { namePath, type EngineRequests } from './engine-requests.ts';

const longestOutputBytes = 1024 * 1024;
/** Its output has ended; the engine notes the exit a moment later. */
const exitNotedMs = 5_000;
const lookAgainMs = 20;

/** Runs a program in a container; the signal gives it up but does not end it over there. */
export async function execIn(
  requests: EngineRequests,
  container: string,
  command: readonly string[],
  { user, input }: Parameters<DockerEngine['exec']>[2],
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const { Id } = await requests.json<{ readonly Id: string }>({
    method: 'POST',
    path: `/containers/${namePath(container)}/exec`,
    body: {
      Cmd: command,
      AttachStdin: input !== undefined,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      ...(user === undefined ? {} : { User: user }),
    },
    signal,
  });
  const start = {
    method: 'POST',
    path: `/exec/${Id}/start`,
    body: { Detach: false, Tty: false },
    signal,
  } as const;
  try {
    let answer: Readable;
    if (input === undefined) answer = await requests.stream(start);
    else {
      const socket = await requests.hijack(start);
      // Half closed: the program sees the end of its input, and its output still comes.
      socket.end(input);
      answer = socket;
    }
    const output = await outputOf(answer);
    if (signal.aborted) throw requests.failure(undefined, signal);
    return { exitCode: await exitCodeOf(requests, Id, signal), output };
  } catch (error) {
    throw requests.failure(error, signal);
  }
}

async function outputOf(answer: Readable): Promise<string> {
  const frames = new FrameReader();
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    for (const { content } of frames.feed(part)) {
      // Read on and dropped: a program that finds its pipe full would wait for ever.
      const kept = content.subarray(0, longestOutputBytes - bytes);
      bytes += kept.length;
      if (kept.length > 0) parts.push(Buffer.from(kept));
    }
  }
  return Buffer.concat(parts).toString('utf8');
}

async function exitCodeOf(requests: EngineRequests, id: string, signal: AbortSignal): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += lookAgainMs) {
    const found = await requests.json<{ readonly Running: boolean; readonly ExitCode: number | null }>({
      method: 'GET',
      path: `/exec/${id}/json`,
      signal,
    });
    if (!found.Running && found.ExitCode !== null) return found.ExitCode;
    if (waitedMs > exitNotedMs) throw new Error('the program does not end');
    await delay(lookAgainMs, undefined, { signal });
  }
}
