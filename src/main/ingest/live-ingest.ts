import type { Handlers } from '../../shared/contract/contract.ts';
import type { IngestCounters } from '../../shared/contract/ingest.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import { pause } from '../foundation/watch-state.ts';
import type { Database } from '../storage/index.ts';
import { storedPerMinute } from '../storage/queries/sparklines.ts';
import { IngestPipeline } from './ingest-pipeline.ts';
import { PostgresIngestStore } from './ingest-store.ts';
import { WatchingStore } from './watching-store.ts';

type Mark = Awaited<ReturnType<Handlers['ingest']['activity']>>['marks'][number];

/** The pipeline of the running stack, if any, and what happened around it. */
export interface LiveIngest {
  pipeline: IngestPipeline | undefined;
  readonly marks: Mark[];
}

const hourMs = 3_600_000;
const marksKept = 100;
const watchIntervalMs = 250;

export async function openIngest(
  live: LiveIngest,
  parts: {
    readonly owner: Database;
    readonly ingestor: Database;
    /** Another ingestor stores what arrives; see `WatchingStore`. */
    readonly storedByAnother: boolean;
    readonly quarantinesNothing?: boolean | undefined;
    readonly clock: Clock;
    readonly log: Log;
    readonly settings: () => Settings;
  },
): Promise<{ readonly pipeline: IngestPipeline; close(): Promise<void> }> {
  const { owner, ingestor, clock, log, settings } = parts;
  const own = new PostgresIngestStore(ingestor);
  const pipeline = new IngestPipeline({
    store: parts.storedByAnother
      ? new WatchingStore({
          inner: own,
          reader: ingestor,
          keepsQuarantine: parts.quarantinesNothing === true,
          clock,
          log: log.from('ingest'),
        })
      : own,
    clock,
    log,
    quarantineBounds: () => {
      const { quarantinePerDevice, quarantineTotal, quarantineTotalBytes } = settings();
      return { perDevice: quarantinePerDevice, total: quarantineTotal, totalBytes: quarantineTotalBytes };
    },
  });
  await pipeline.open();
  for (const { minute, messages } of await storedPerMinute(owner, clock.now() - hourMs))
    pipeline.seedMinute(minute, messages);
  live.pipeline = pipeline;
  mark(live, 'stack-started', clock);
  return {
    pipeline,
    close: async () => {
      await pipeline.close();
      mark(live, 'stack-stopped', clock);
    },
  };
}

export function ingestHandlers(live: LiveIngest, clock: Clock): Handlers['ingest'] {
  return {
    async *watch(_input, signal) {
      for (let last = ''; !signal.aborted; await pause(watchIntervalMs, signal)) {
        const counters = live.pipeline?.counters() ?? idle(clock.now());
        const text = JSON.stringify(counters);
        if (text !== last) yield counters;
        last = text;
      }
    },
    activity: async ({ minutes }) => {
      const startMs = (Math.floor(clock.now() / 60_000) - minutes + 1) * 60_000;
      const counted = live.pipeline?.perMinute(minutes) ?? {
        startMs,
        perMinute: Array.from({ length: minutes }, () => 0),
      };
      return { ...counted, marks: live.marks.filter((entry) => entry.timeMs >= counted.startMs) };
    },
  };
}

function mark(live: LiveIngest, kind: Mark['kind'], clock: Clock): void {
  live.marks.push({ timeMs: clock.now(), kind });
  if (live.marks.length > marksKept) live.marks.shift();
}

function idle(nowMs: number): IngestCounters {
  const nothing = {
    received: 0,
    stored: 0,
    replaced: 0,
    passed: 0,
    failed: 0,
    backlog: 0,
    backlogBytes: 0,
    ratePerSecond: 0,
  };
  return {
    sinceMs: nowMs - (nowMs % 60_000),
    ...nothing,
    quarantined: {},
    latencyP50Ms: null,
    latencyP99Ms: null,
    stalled: false,
    lastCommitMs: null,
  };
}
