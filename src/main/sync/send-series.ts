import pg from 'pg';
import { isAppError } from '../../shared/domain/app-error.ts';
import type { Connection, Queryable } from '../storage/index.ts';
import {
  compareSeries,
  copyColumns,
  ensureCentralDays,
  hasRowsBetween,
  pushSeries,
  readSeries,
  type PushCounts,
} from '../storage/queries/central-series.ts';
import { knownThere } from '../storage/queries/central-facts.ts';
import { noteStep } from '../storage/queries/sync-ledger.ts';
import {
  confirmSlice,
  devicesInSlice,
  newestPiece,
  nextSlice,
  type DeviceStretch,
  type Slice,
} from '../storage/queries/sync-pieces.ts';
import { piecesPerSlice, rowsPerBatch, rowsPerSlice } from './limits.ts';
import type { SeriesRelation } from './relations.ts';
import { inSnapshot, keepConflicts, throwIfCancelled, type RunParts } from './run-parts.ts';

const dayMs = 86_400_000;
const uniqueViolation = '23505';

/** Devices whose readings may go, as far as it is known; asked for each address once. */
export class SendableDevices {
  readonly #known = new Map<string, boolean>();
  readonly #demo: ReadonlySet<string>;

  /** @param expected devices that a dry run would have made there */
  constructor(demo: readonly string[], expected: readonly string[]) {
    this.#demo = new Set(demo);
    for (const mac of expected) this.#known.set(mac, true);
  }

  isDemo(mac: string): boolean {
    return this.#demo.has(mac);
  }

  async settle(central: Queryable, macs: readonly string[]): Promise<void> {
    const asked = macs.filter((mac) => !this.#known.has(mac) && !this.isDemo(mac));
    if (asked.length === 0) return;
    const there = await knownThere(central, asked);
    for (const mac of asked) this.#known.set(mac, there.has(mac));
  }

  isUnknown(mac: string): boolean {
    return !this.isDemo(mac) && this.#known.get(mac) !== true;
  }

  /** What was found missing so far: its notes need not be looked at again in this run. */
  unknown(): readonly string[] {
    return [...this.#known].filter(([, there]) => !there).map(([mac]) => mac);
  }
}

/**
 * Sends what is noted of a table by time, slice by slice in order of time. A slice is confirmed here after the central
 * database has committed all of it: cut anywhere in between, it is sent again, and what is there already stays as it is.
 */
export async function sendSeries(
  parts: RunParts,
  relation: SeriesRelation,
  devices: SendableDevices,
  progress: { done: number; readonly total: number },
): Promise<void> {
  const { local, target, tell, signal } = parts;
  const upTo = await newestPiece(local);
  let after: { readonly from: string; readonly id: string } | null = null;
  for (;;) {
    throwIfCancelled(signal);
    const place = { target: target.id, relation: relation.name, upTo, after, without: devices.unknown() };
    const sent = await sendSlice(parts, relation, devices, place);
    if (sent === undefined) return;
    after = sent.last;
    progress.done = Math.min(progress.total, progress.done + sent.rows);
    tell({ phase: 'readings', relation: relation.name, done: progress.done, total: progress.total });
  }
}

type Place = Omit<Parameters<typeof nextSlice>[1], 'rows' | 'pieces'>;
interface Sent {
  readonly last: NonNullable<Place['after']>;
  readonly rows: number;
}

async function sendSlice(
  parts: RunParts,
  relation: SeriesRelation,
  devices: SendableDevices,
  place: Place,
): Promise<Sent | undefined> {
  try {
    return await trySlice(parts, relation, devices, place, true);
  } catch (error) {
    // Somebody else stored one of the rows since it was looked: then each is compared.
    if (!isUniqueViolation(error)) throw error;
    return trySlice(parts, relation, devices, place, false);
  }
}

function isUniqueViolation(error: unknown): boolean {
  const cause = isAppError(error, 'sync.refused') ? error.cause : error;
  return cause instanceof pg.DatabaseError && cause.code === uniqueViolation;
}

async function trySlice(
  parts: RunParts,
  relation: SeriesRelation,
  devices: SendableDevices,
  place: Place,
  mayCopy: boolean,
): Promise<Sent | undefined> {
  const { local, central, run, tally, target } = parts;
  const done = await inSnapshot(local, async (connection) => {
    const next = await nextSlice(connection, { ...place, rows: rowsPerSlice, pieces: piecesPerSlice });
    if (next === undefined) return undefined;
    const { slice, last } = next;
    const present = await devicesInSlice(connection, slice);
    await devices.settle(
      central,
      present.map(({ mac }) => mac),
    );
    const held = present.filter(({ mac }) => devices.isUnknown(mac));
    const going = present.filter(({ mac }) => !devices.isUnknown(mac) && !devices.isDemo(mac));
    const counts = await send(parts, relation, connection, slice, present, going, mayCopy);
    return { slice, last, held, counts };
  });
  if (done === undefined) return undefined;
  const { slice, last, held, counts } = done;
  const kept = held.reduce((sum, { rows }) => sum + rows, 0);
  if (run !== null)
    await local.transaction(async (connection) => {
      await confirmSlice(connection, target.id, slice, held);
      const { from, to } = slice;
      await noteStep(connection, run, { relation: relation.name, ...counts, held: kept, from, to });
    });
  tally.add(relation.name, { ...counts, held: kept }, kept > 0 ? 'unknown-device' : null);
  return { last, rows: slice.rows };
}

/** Nothing is in memory but one batch: of a copy, one chunk. */
async function send(
  parts: RunParts,
  relation: SeriesRelation,
  local: Connection,
  slice: Slice,
  present: readonly DeviceStretch[],
  going: readonly DeviceStretch[],
  mayCopy: boolean,
): Promise<PushCounts> {
  const { central, run } = parts;
  if (going.length === 0) return { inserted: 0, replaced: 0, unchanged: 0, conflicts: 0 };
  const macs = going.map(({ mac }) => mac);
  const condition =
    going.length === present.length
      ? `(${slice.condition})`
      : `(${slice.condition}) and device_mac_addr in (${macs.map((mac) => pg.escapeLiteral(mac)).join(', ')})`;
  if (run === null) return compareAll(parts, relation, local, condition);
  if (central.makesDays && central.relations.get(relation.name)?.facts.partitioned === true)
    await ensureCentralDays(central, daysOf(slice));
  const { from, to } = slice;
  if (mayCopy && !(await hasRowsBetween(central, relation, from, to, macs)))
    return copyAll(parts, relation, local, condition);
  return pushAll(parts, relation, local, condition);
}

/** The server's own binary form goes through as it is: neither side of this process reads the rows. */
async function copyAll(
  { central, signal }: RunParts,
  relation: SeriesRelation,
  local: Connection,
  condition: string,
): Promise<PushCounts> {
  const columns = copyColumns(relation);
  let inserted = 0;
  /** What ended the reading: it is no failure of the central database, which only hears that nothing more comes. */
  let ended: { readonly error: unknown } | undefined;
  async function* untilCancelled(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
    try {
      for await (const chunk of chunks) {
        throwIfCancelled(signal);
        yield chunk;
      }
    } catch (error) {
      ended = { error };
      throw error;
    }
  }
  await local.copyOut(
    `copy (select ${columns.slice(1, -1)} from public.${relation.name} where ${condition}) to stdout (format binary)`,
    async (chunks) => {
      try {
        inserted = await central.connection((connection) =>
          connection.copyInFrom(
            `copy public.${relation.name} ${columns} from stdin (format binary)`,
            untilCancelled(chunks),
          ),
        );
      } catch (error) {
        throw ended === undefined ? error : ended.error;
      }
    },
  );
  return { inserted, replaced: 0, unchanged: 0, conflicts: 0 };
}

async function pushAll(
  parts: RunParts,
  relation: SeriesRelation,
  local: Connection,
  condition: string,
): Promise<PushCounts> {
  const { central, signal } = parts;
  const sum = newSum();
  for await (const batch of readSeries(local, relation, condition, rowsPerBatch)) {
    throwIfCancelled(signal);
    const { found, ...counts } = await central.connection((connection) =>
      inTransaction(connection, () => pushSeries(connection, relation, batch, central.facts.clockOff)),
    );
    add(sum, counts);
    await keepConflicts(parts, found);
  }
  return sum;
}

async function compareAll(
  { central, signal }: RunParts,
  relation: SeriesRelation,
  local: Connection,
  condition: string,
): Promise<PushCounts> {
  const sum = newSum();
  for await (const { columns } of readSeries(local, relation, condition, rowsPerBatch)) {
    throwIfCancelled(signal);
    add(sum, await compareSeries(central, relation, columns, central.facts.clockOff));
  }
  return sum;
}

async function inTransaction<T>(connection: Queryable, work: () => Promise<T>): Promise<T> {
  await connection.query('begin');
  try {
    const result = await work();
    await connection.query('commit');
    return result;
  } catch (error) {
    await connection.query('rollback').catch(() => undefined);
    throw error;
  }
}

/** UTC days that a slice touches. */
function daysOf({ from, to }: Slice): readonly string[] {
  const day = (text: string): number => Math.floor(Date.parse(`${text.slice(0, 10)}T00:00:00Z`) / dayMs);
  const days: string[] = [];
  for (let at = day(from); at <= day(to); at++) days.push(new Date(at * dayMs).toISOString().slice(0, 10));
  return days;
}

type Sum = { -readonly [K in keyof PushCounts]: number };

function newSum(): Sum {
  return { inserted: 0, replaced: 0, unchanged: 0, conflicts: 0 };
}

function add(sum: Sum, counts: PushCounts): void {
  sum.inserted += counts.inserted;
  sum.replaced += counts.replaced;
  sum.unchanged += counts.unchanged;
  sum.conflicts += counts.conflicts;
}
