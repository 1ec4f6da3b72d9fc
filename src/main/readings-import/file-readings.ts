import { stat } from 'node:fs/promises';
import type { ImportMapping, ImportProgress } from '../../shared/contract/readings-import.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { dayOf } from '../storage/index.ts';
import type { ImportRow } from '../storage/queries/import-batches.ts';
import { FaultList } from './fault-list.ts';
import { batchDays, batchRows, progressEveryMs } from './limits.ts';
import { ReadingReader } from './read-reading.ts';
import { readRecords } from './read-records.ts';
import type { SourceDevices } from './source-devices.ts';

export type Tell = (progress: ImportProgress) => void;

/** What was found in a file on the way through it. */
export interface FileFacts {
  readonly faults: FaultList;
  lines: number;
  unassigned: number;
  fromMs: number | null;
  toMs: number | null;
}

export interface FileToRead {
  readonly path: string;
  readonly mapping: ImportMapping;
  readonly devices: SourceDevices;
  readonly nowMs: number;
}

/**
 * The readings of a file for devices that are known, in batches in which no device has two of the same time: of those
 * the last one counts, as with the ingest.
 *
 * @throws AppError `file.unreadable`, `import.zone-unknown`, `import.cancelled`
 */
export async function* fileReadings(
  { path, mapping, devices, nowMs }: FileToRead,
  facts: FileFacts,
  phase: ImportProgress['phase'],
  tell: Tell,
  signal: AbortSignal,
): AsyncGenerator<readonly ImportRow[]> {
  const reader = new ReadingReader(mapping, nowMs);
  const total = (await stat(path).catch(() => undefined))?.size ?? 0;
  let toldMs = 0;
  let batch = new Batch();
  const onRead = (bytes: number): void => {
    const now = performance.now();
    if (now - toldMs < progressEveryMs) return;
    toldMs = now;
    tell({ phase, done: Math.min(bytes, total), total, lines: facts.lines });
  };
  let heading = mapping.heading;
  for await (const records of readRecords({ path, onRead }, mapping)) {
    throwIfCancelled(signal);
    for (const record of records) {
      if (heading) {
        heading = false;
        continue;
      }
      facts.lines++;
      const read = reader.read(record);
      if ('fault' in read) {
        facts.faults.add(record.line, read.fault, read.text);
        continue;
      }
      const { source, ...values } = read.reading;
      const mac = devices.of(source, values.timeMs);
      facts.fromMs = Math.min(facts.fromMs ?? values.timeMs, values.timeMs);
      facts.toMs = Math.max(facts.toMs ?? values.timeMs, values.timeMs);
      if (mac === null) {
        facts.unassigned++;
        continue;
      }
      if (!batch.takes(values.timeMs)) {
        yield batch.rows();
        throwIfCancelled(signal);
        batch = new Batch();
      }
      batch.add({ mac, ...values });
    }
  }
  if (batch.size > 0) yield batch.rows();
}

export function newFacts(): FileFacts {
  return { faults: new FaultList(), lines: 0, unassigned: 0, fromMs: null, toMs: null };
}

class Batch {
  readonly #rows = new Map<string, ImportRow>();
  readonly #days = new Set<number>();

  get size(): number {
    return this.#rows.size;
  }

  takes(timeMs: number): boolean {
    if (this.#rows.size >= batchRows) return false;
    return this.#days.size < batchDays || this.#days.has(dayOf(timeMs));
  }

  add(row: ImportRow): void {
    this.#days.add(dayOf(row.timeMs));
    this.#rows.set(`${row.mac}${row.timeMs}`, row);
  }

  rows(): readonly ImportRow[] {
    return [...this.#rows.values()];
  }
}

export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new AppError('import.cancelled', 'Cancelled before it was complete.', {}, signal.reason);
}
