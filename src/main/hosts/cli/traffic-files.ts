import { createWriteStream, openAsBlob } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { once } from 'node:events';
import { addRecordingInPieces } from '../../../shared/contract/add-recording.ts';
import type { ReplayState, Recording } from '../../../shared/contract/traffic-parts.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { pause } from '../../foundation/watch-state.ts';
import { show } from './answer.ts';
import { connected, withTraffic, type TrafficSession } from './traffic-client.ts';
import { filterOf, numberOption, type FilterOptions, type SourceOptions } from './traffic-options.ts';
import { loadWords, say } from './words.ts';

export type RecordOptions = SourceOptions &
  FilterOptions & { readonly seconds?: string; readonly count?: string };
export type ReplayOptions = SourceOptions & { readonly speed: string; readonly prefix: string };

/** The application records; the file is fetched from it at the end, and its own copy goes. */
export async function record(path: string, options: RecordOptions): Promise<void> {
  const filter = filterOf(options);
  const seconds =
    options.seconds === undefined
      ? undefined
      : numberOption(options.seconds, 'seconds', { least: 0.1, most: 2_000_000, whole: false });
  const count =
    options.count === undefined
      ? Infinity
      : numberOption(options.count, 'count', { least: 1, most: 1_000_000_000 });
  const file = resolve(path);
  if ((await stat(file).catch(() => undefined)) !== undefined)
    throw new AppError('file.unwritable', `${file} is there already.`, { file });
  const words = await loadWords();
  const outcome = await withTraffic(
    options,
    async (session, signal) => {
      await connected(session, signal);
      const { client, source } = session;
      const { name } = await client.startRecording({ source, filter }, { signal });
      process.stderr.write(`${say(words, 'traffic.recording')}\n`);
      const late = new AbortController();
      const enough = AbortSignal.any([signal, late.signal]);
      if (seconds !== undefined) void pause(seconds * 1_000, enough).then(() => late.abort());
      try {
        await untilEnough(session, name, count, enough);
        await client.stopRecording({ name });
        return { state: await stateOf(session, name), file: await fetchInto(session, name, file) };
      } finally {
        late.abort();
        await client.stopRecording({ name }).catch(() => undefined);
        await client.removeRecording({ name }).catch(() => undefined);
      }
    },
    'finish',
  );
  if (outcome === undefined) return;
  const { messages, missed, bytes, error } = outcome.state;
  show(options, { file, messages, missed, bytes }, [
    say(words, missed === 0 ? 'traffic.recorded' : 'traffic.recordedMissed', {
      file,
      messages: messages ?? 0,
      missed,
    }),
  ]);
  if (error !== null) throw new AppError(error.code, error.message, error.data);
}

/** Resolves with the signal, with enough messages, or where the recording ended by itself. */
async function untilEnough(
  { client }: TrafficSession,
  name: string,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const { recordings } of await client.watchWork({}, { signal })) {
      const found = recordings.find((recording) => recording.name === name);
      if (found?.running !== true || (found.messages ?? 0) >= count) return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function stateOf({ client }: TrafficSession, name: string): Promise<Recording> {
  for await (const { recordings } of await client.watchWork({})) {
    const found = recordings.find((recording) => recording.name === name);
    if (found !== undefined) return found;
    break;
  }
  throw new AppError('traffic.recording-unknown', 'The recording is gone.', { name });
}

async function fetchInto({ client }: TrafficSession, name: string, file: string): Promise<string> {
  const target = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  const state: { failure?: Error } = {};
  target.on('error', (error) => (state.failure ??= error));
  for await (const { text } of await client.downloadRecording({ name })) {
    if (state.failure !== undefined) break;
    if (!target.write(text))
      await Promise.race([once(target, 'drain'), once(target, 'close')]).catch(() => undefined);
  }
  await new Promise<void>((done) => {
    target.once('close', () => done());
    target.end();
  });
  if (state.failure === undefined) return file;
  await unlink(file).catch(() => undefined);
  throw new AppError('file.unwritable', `${file} cannot be written.`, { file }, state.failure);
}

/** Ctrl+C cancels the replay itself, also where it runs in another process. */
export async function replay(path: string, options: ReplayOptions): Promise<void> {
  const speed =
    options.speed === 'max'
      ? null
      : numberOption(options.speed, 'speed', { least: 0.01, most: 10_000, whole: false });
  const words = await loadWords();
  const state = await withTraffic(options, async (session, signal) => {
    await connected(session, signal);
    const { client, source } = session;
    const { name, ours } = await recordingOf(session, path, signal);
    try {
      await client.startReplay({ source, name, speed, prefix: options.prefix }, { signal });
      return await untilOver(session, signal);
    } finally {
      if (signal.aborted) await client.cancelReplay({}).catch(() => undefined);
      if (ours) await client.removeRecording({ name }).catch(() => undefined);
    }
  });
  if (state === undefined) return;
  if (state.error !== null) throw new AppError(state.error.code, state.error.message, state.error.data);
  show(options, { sent: state.sent, phase: state.phase, lastMs: state.atMs }, [
    say(words, state.phase === 'done' ? 'traffic.replayed' : 'traffic.replayCancelled', {
      messages: state.sent,
    }),
  ]);
}

/** A file of this machine goes into the application for as long as it is replayed. */
async function recordingOf(
  { client }: TrafficSession,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly ours: boolean }> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) {
    for await (const { recordings } of await client.watchWork({}, { signal })) {
      if (recordings.some(({ name }) => name === path)) return { name: path, ours: false };
      break;
    }
  }
  if (facts?.isFile() !== true)
    throw new AppError('file.unreadable', `There is no file and no recording ${path}.`, { file: path });
  const { name } = await addRecordingInPieces(client, basename(path), await openAsBlob(path), { signal });
  return { name, ours: true };
}

async function untilOver({ client }: TrafficSession, signal: AbortSignal): Promise<ReplayState> {
  for await (const { replay: state } of await client.watchWork({}, { signal }))
    if (state !== null && state.phase !== 'running') return state;
  throw new AppError('connection.lost', 'The application ended.');
}
