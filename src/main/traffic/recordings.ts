import { createReadStream } from 'node:fs';
import type { MessageFilter } from '../../shared/contract/traffic-messages.ts';
import type { Recording } from '../../shared/contract/traffic-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { downloadPartBytes, recordingsAtMost } from './limits.ts';
import { compileFilter } from './message-filter.ts';
import { Recorder } from './recorder.ts';
import type { RecordingFolder } from './recording-folder.ts';
import type { TrafficSources } from './source.ts';

export interface RecordingsParts {
  readonly sources: TrafficSources;
  readonly folder: RecordingFolder;
  readonly clock: Clock;
  /** Room that a recording leaves on the disk, bytes. */
  readonly reserveBytes?: number;
}

interface Running {
  readonly recorder: Recorder;
  readonly source: string;
  readonly leave: () => void;
}

/** The recordings that there are and those that are being written. */
export class Recordings implements Closable {
  readonly #parts: RecordingsParts;
  readonly #changes = new Listeners<void>();
  readonly #running = new Map<string, Running>();
  /** What the file does not tell: of those written since the start of the application. */
  readonly #told = new Map<string, Recording>();
  #files: readonly Recording[] = [];
  #starting = 0;
  readonly #looks = new SerialQueue();
  readonly #starts = new SerialQueue();
  readonly #stopWatching: () => void;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
    this.#stopWatching = parts.sources.onChange(() => this.#endOrphans());
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** As of the last look; newest first. */
  states(): readonly Recording[] {
    return this.#files.map((file) => this.#running.get(file.name)?.recorder.state() ?? file);
  }

  isRunning(name: string): boolean {
    return this.#running.has(name);
  }

  /** Looks at the folder: a person may have put files there or taken them away. */
  look(): Promise<void> {
    return this.#looks.run(() => this.#scan());
  }

  /** @throws AppError `traffic.bad-filter`, `traffic.source-unknown`, `traffic.too-many`, `file.unwritable`, `traffic.disk-full` */
  start(sourceId: string, filter: MessageFilter): Promise<string> {
    const { sources, folder, clock, reserveBytes } = this.#parts;
    const source = sources.get(sourceId);
    const { matches } = compileFilter(filter);
    if (this.#running.size + this.#starting >= recordingsAtMost)
      throw new AppError('traffic.too-many', 'Too many recordings are written already.', {
        what: 'recordings',
        most: recordingsAtMost,
      });
    this.#starting++;
    // One after the other, so that two of the same second get two names.
    return this.#starts
      .run(async () => {
        await folder.ready();
        const startedMs = clock.now();
        const stamp = new Date(startedMs).toISOString().slice(0, 19).replaceAll(':', '-');
        const name = await folder.take(`traffic-${stamp}Z`);
        await folder.remove(name);
        const recorder = await Recorder.open({
          path: folder.at(name),
          startedMs,
          source: sourceId,
          filter,
          tell: () => this.#changes.tell(),
          ended: () => void this.#end(name),
          ...(reserveBytes === undefined ? {} : { reserveBytes }),
        });
        const stopHearing = source.onMessage((message) => {
          if (matches(message)) recorder.take(message);
        });
        const letGo = source.hold();
        const leave = (): void => {
          stopHearing();
          letGo();
        };
        this.#running.set(name, { recorder, source: sourceId, leave });
        this.#files = [recorder.state(), ...this.#files];
        this.#changes.tell();
        return name;
      })
      .finally(() => this.#starting--);
  }

  /** One that is over already stays as it is. @throws AppError `traffic.recording-unknown` */
  async stop(name: string): Promise<void> {
    if (this.#running.has(name)) await this.#end(name);
    else await this.#parts.folder.find(name);
  }

  /** @throws AppError `traffic.recording-unknown`, `traffic.recording-busy` while it is written */
  async remove(name: string): Promise<void> {
    if (this.#running.has(name)) throw busy(name);
    await this.#parts.folder.find(name);
    await this.#parts.folder.remove(name);
    this.#told.delete(name);
    await this.look();
  }

  /** Where to read what is written of it by now. @throws AppError `traffic.recording-unknown` */
  async readable(name: string): Promise<{ readonly path: string; readonly bytes: number }> {
    const bytes =
      this.#running.get(name)?.recorder.state().bytes ?? (await this.#parts.folder.find(name)).bytes;
    return { path: this.#parts.folder.at(name), bytes };
  }

  /** Parts that end with a line; `bytes` of it so far. @throws AppError `traffic.recording-unknown`, `file.unreadable` */
  async *download(
    name: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly text: string; readonly bytes: number; readonly totalBytes: number }> {
    const { path, bytes: totalBytes } = await this.readable(name);
    let waiting: Buffer[] = [];
    let bytes = 0;
    const part = (content: readonly Buffer[]) => {
      const whole = Buffer.concat(content);
      bytes += whole.length;
      return { text: whole.toString('utf8'), bytes, totalBytes };
    };
    if (totalBytes === 0) yield part([]);
    else {
      const options = { end: totalBytes - 1, highWaterMark: downloadPartBytes, signal };
      try {
        for await (const chunk of createReadStream(path, options)) {
          const piece = chunk as Buffer;
          const end = piece.lastIndexOf(0x0a) + 1;
          if (end > 0) yield part([...waiting, piece.subarray(0, end)]);
          waiting = [...(end > 0 ? [] : waiting), piece.subarray(end)];
        }
      } catch (error) {
        signal.throwIfAborted();
        throw new AppError('file.unreadable', `${path} cannot be read.`, { file: path }, error);
      }
      if (waiting.some((rest) => rest.length > 0)) yield part(waiting);
    }
  }

  async close(): Promise<void> {
    this.#stopWatching();
    await Promise.all([...this.#running.keys()].map((name) => this.#end(name)));
  }

  async #end(name: string, error: AppError | null = null): Promise<void> {
    const running = this.#running.get(name);
    if (running === undefined) return;
    running.leave();
    await running.recorder.stop(error);
    this.#running.delete(name);
    const state = running.recorder.state();
    this.#told.set(name, state);
    this.#files = this.#files.map((file) => (file.name === name ? state : file));
    this.#changes.tell();
  }

  /** The profile of a recording was removed: nothing more comes. */
  #endOrphans(): void {
    const there = new Set(this.#parts.sources.items().map(({ id }) => id));
    for (const [name, { source }] of this.#running)
      if (!there.has(source))
        void this.#end(
          name,
          new AppError('traffic.source-unknown', 'The broker that was recorded is no longer known.', {
            source,
          }),
        );
  }

  async #scan(): Promise<void> {
    const files = await this.#parts.folder.list();
    const names = new Set(files.map(({ name }) => name));
    for (const name of this.#told.keys()) if (!names.has(name)) this.#told.delete(name);
    this.#files = files.map(
      ({ name, bytes, startedMs }): Recording =>
        this.#told.get(name) ?? {
          name,
          bytes,
          startedMs,
          messages: null,
          source: null,
          filter: null,
          running: false,
          missed: 0,
          error: null,
        },
    );
    for (const [name, { recorder }] of this.#running)
      if (!names.has(name)) this.#files = [recorder.state(), ...this.#files];
    this.#changes.tell();
  }
}

export function busy(name: string): AppError {
  return new AppError('traffic.recording-busy', 'The recording is being written or replayed.', { name });
}
