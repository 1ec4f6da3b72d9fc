import type { trafficPartsContract, TrafficWork } from '../../shared/contract/traffic.ts';
import type { HandlersOf } from '../../shared/contract/procedure.ts';
import type { Clock } from '../foundation/clock.ts';
import { AsyncDisposer, type Closable } from '../foundation/disposer.ts';
import { watchState, type Observable } from '../foundation/watch-state.ts';
import type { KeptStore } from './kept-store.ts';
import { tellEveryMs } from './limits.ts';
import { publishOnce, type PublishingParts } from './publishing.ts';
import { RecordingFolder } from './recording-folder.ts';
import { RecordingUploads } from './recording-uploads.ts';
import { busy, Recordings } from './recordings.ts';
import { Repeats } from './repeats.ts';
import { Replays } from './replays.ts';
import { RetainedList } from './retained-list.ts';
import type { TrafficSources } from './source.ts';
import { testConnection } from './test-profile.ts';

type Handlers = HandlersOf<{ traffic: typeof trafficPartsContract }>['traffic'];

export interface TrafficPartsOptions {
  readonly sources: TrafficSources;
  readonly kept: KeptStore;
  readonly clock: Clock;
  /** The folder of recordings. */
  readonly folder: string;
  /** Room that a recording leaves on the disk, bytes. */
  readonly reserveBytes?: number;
}

/** What is done to brokers and kept of them: retained messages, publishing, recordings, replays, profiles. */
export class TrafficParts implements Closable {
  readonly #disposer = new AsyncDisposer();
  readonly handlers: Handlers;

  constructor(options: TrafficPartsOptions) {
    const { sources, kept, clock } = options;
    const publishing: PublishingParts = {
      sources,
      clock,
      published: (timeMs, publication) => kept.published(timeMs, publication),
    };
    const folder = new RecordingFolder(options.folder);
    const uploads = this.#disposer.use('uploads', new RecordingUploads(folder, clock));
    const recordings = this.#disposer.use('recordings', new Recordings({ ...options, folder }));
    const repeats = this.#disposer.use('repeats', new Repeats(publishing));
    const replays = this.#disposer.use(
      'replay',
      new Replays({ sources, readable: (name) => recordings.readable(name) }),
    );
    const retained = new RetainedList();
    const work: Observable<TrafficWork> = {
      state: () => ({
        recordings: recordings.states(),
        replay: replays.state(),
        repeats: repeats.states(),
      }),
      onChange: (listener) => {
        const stops = [recordings, replays, repeats].map((part) => part.onChange(listener));
        return () => stops.forEach((stop) => stop());
      },
    };
    this.handlers = {
      ...recordingHandlers(recordings, uploads, replays, work),
      ...keptHandlers(kept),
      retained: ({ source, ...page }, signal) => retained.page(sources.get(source), page, signal),
      countRetained: ({ source, target }, signal) => retained.count(sources.get(source), target, signal),
      clearRetained: async ({ source, target, expected }, signal) => ({
        cleared: await retained.clear(sources.get(source), target, expected, signal),
      }),
      publish: ({ source, publication }, signal) => publishOnce(publishing, source, publication, signal),
      startRepeat: async (wish, signal) => ({ id: await repeats.start(wish, signal) }),
      stopRepeat: async ({ id }) => {
        await repeats.stop(id);
        return {};
      },
    };
  }

  /** Ends what runs; a recording keeps all that came until then. */
  close(): Promise<void> {
    return this.#disposer.close();
  }
}

type RecordingHandlers = Pick<
  Handlers,
  | 'watchWork'
  | 'startRecording'
  | 'stopRecording'
  | 'removeRecording'
  | 'downloadRecording'
  | 'sendRecording'
  | 'addRecording'
  | 'startReplay'
  | 'cancelReplay'
>;

function recordingHandlers(
  recordings: Recordings,
  uploads: RecordingUploads,
  replays: Replays,
  work: Observable<TrafficWork>,
): RecordingHandlers {
  return {
    watchWork: async function* (_input, signal) {
      await recordings.look();
      yield* watchState(work, tellEveryMs, signal);
    },
    startRecording: async ({ source, filter }) => ({ name: await recordings.start(source, filter) }),
    stopRecording: async ({ name }) => {
      await recordings.stop(name);
      return {};
    },
    removeRecording: async ({ name }) => {
      if (replays.isReplayed(name)) throw busy(name);
      await recordings.remove(name);
      return {};
    },
    downloadRecording: ({ name }, signal) => recordings.download(name, signal),
    sendRecording: ({ upload, offset, chunk }) => uploads.append(upload, offset, chunk),
    addRecording: async ({ name, file, upload }, signal) => {
      const added = await uploads.finish(upload, file, name, signal);
      await recordings.look();
      return added;
    },
    startReplay: async (wish, signal) => {
      await replays.start(wish, signal);
      return {};
    },
    cancelReplay: async () => {
      await replays.cancel();
      return {};
    },
  };
}

type KeptHandlers = Pick<
  Handlers,
  | 'kept'
  | 'saveProfile'
  | 'removeProfile'
  | 'testProfile'
  | 'saveBookmark'
  | 'removeBookmark'
  | 'saveTemplate'
  | 'removeTemplate'
  | 'clearHistory'
>;

function keptHandlers(kept: KeptStore): KeptHandlers {
  return {
    kept: () => Promise.resolve().then(() => kept.kept()),
    saveProfile: (input) => kept.saveProfile(input),
    removeProfile: async ({ id }) => {
      await kept.removeProfile(id);
      return {};
    },
    testProfile: async (input, signal) => {
      const { id, name: _name, password, key, ...fields } = input;
      return testConnection(fields, await kept.wantedSecrets({ id, password, key }), signal);
    },
    saveBookmark: async ({ name, filter }) => ({ id: await kept.saveBookmark(name, filter) }),
    removeBookmark: async ({ id }) => {
      await kept.removeBookmark(id);
      return {};
    },
    saveTemplate: async ({ name, publication }) => ({ id: await kept.saveTemplate(name, publication) }),
    removeTemplate: async ({ id }) => {
      await kept.removeTemplate(id);
      return {};
    },
    clearHistory: async () => {
      await kept.clearHistory();
      return {};
    },
  };
}
