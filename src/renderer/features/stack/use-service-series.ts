import { useEffect, useState } from 'react';
import type { DockerStackState } from '../../../shared/contract/docker.ts';
import type { IngestCounters } from '../../../shared/contract/ingest.ts';
import type { ProcessUse, StackUse } from '../../../shared/contract/stack.ts';
import { withSample, type Sample } from './live-series.ts';

export interface ServiceSeries {
  readonly cpu: readonly Sample[];
  readonly memory: readonly Sample[];
}

const nothing: ServiceSeries = { cpu: [], memory: [] };

/** Two minutes of each service's load, gathered while the page is open. */
export function useServiceSeries(docker: DockerStackState | undefined): ReadonlyMap<string, ServiceSeries> {
  const [series, setSeries] = useState<ReadonlyMap<string, ServiceSeries>>(new Map());
  useEffect(() => {
    const timeMs = Date.now();
    setSeries(
      (before) =>
        new Map(
          (docker?.services ?? []).map(({ name, cpuPercent, memoryBytes }) => {
            const { cpu, memory } = before.get(name) ?? nothing;
            return [
              name,
              {
                cpu: cpuPercent === null ? cpu : withSample(cpu, { timeMs, value: cpuPercent }),
                memory: memoryBytes === null ? memory : withSample(memory, { timeMs, value: memoryBytes }),
              },
            ];
          }),
        ),
    );
  }, [docker]);
  return series;
}

/** The same of the processes of the embedded stack. */
export function useProcessSeries(use: StackUse): Readonly<Record<'application' | 'database', ServiceSeries>> {
  const [series, setSeries] = useState({ application: nothing, database: nothing });
  useEffect(() => {
    const timeMs = Date.now();
    const grown = ({ cpu, memory }: ServiceSeries, now: ProcessUse | null): ServiceSeries =>
      now === null
        ? nothing
        : {
            cpu: now.cpuPercent === null ? cpu : withSample(cpu, { timeMs, value: now.cpuPercent }),
            memory: withSample(memory, { timeMs, value: now.memoryBytes }),
          };
    setSeries(({ application, database }) => ({
      application: grown(application, use.application),
      database: grown(database, use.database),
    }));
  }, [use]);
  return series;
}

interface IngestSeries {
  readonly rate: readonly Sample[];
  readonly committed: readonly Sample[];
}

/** Two minutes of messages per second, and of the rows that were committed in all. */
export function useIngestSeries(ingest: IngestCounters | undefined): IngestSeries {
  const [series, setSeries] = useState<IngestSeries>({ rate: [], committed: [] });
  useEffect(() => {
    if (ingest === undefined) return;
    const timeMs = Date.now();
    setSeries(({ rate, committed }) => ({
      rate: withSample(rate, { timeMs, value: ingest.ratePerSecond }),
      committed: withSample(committed, { timeMs, value: ingest.stored + ingest.replaced }),
    }));
  }, [ingest]);
  return series;
}
