import type { Queryable } from '../database.ts';

/** Rows of a table by time that a target does not have, as far as they travel together. */
export interface Slice {
  readonly relation: string;
  readonly ids: readonly string[];
  /** The count of the notes; rows that were written twice count twice. */
  readonly rows: number;
  /** First and last time, as the server writes it, to the microsecond. */
  readonly from: string;
  readonly to: string;
  /** Where the rows are: for the local server, a condition over `time` and `device_mac_addr`. */
  readonly condition: string;
}

/** How many rows wait, and how many notes say so. */
export async function countPieces(
  connection: Queryable,
  target: number,
): Promise<readonly { readonly relation: string; readonly rows: number; readonly pieces: number }[]> {
  const { rows } = await connection.query<{ relation: string; rows: number; pieces: number }>(
    `select relation, sum(rows)::bigint as rows, count(*) as pieces from field.sync_pieces
     where target_id = $1 group by 1 order by 1`,
    [target],
  );
  return rows;
}

export async function mergePieces(connection: Queryable, target: number): Promise<number> {
  const { rows } = await connection.query<{ gone: number }>(
    'select field.merge_unsynced_pieces($1) as gone',
    [target],
  );
  return rows[0]?.gone ?? 0;
}

/** The newest note; what a run has to do ends there, or it would go on for as long as sensors publish. */
export async function newestPiece(connection: Queryable): Promise<string> {
  const { rows } = await connection.query<{ id: string }>(
    `select coalesce(max(id), 0)::text as id from field.sync_pieces`,
  );
  return rows[0]?.id ?? '0';
}

/**
 * The next notes of a relation in order of time: at least one, and no more than make about so many rows.
 *
 * @param after the place of the last slice, `null` to begin
 * @param without devices that are left aside
 */
export async function nextSlice(
  connection: Queryable,
  order: {
    readonly target: number;
    readonly relation: string;
    readonly upTo: string;
    readonly after: { readonly from: string; readonly id: string } | null;
    readonly without: readonly string[];
    readonly rows: number;
    readonly pieces: number;
  },
): Promise<
  { readonly slice: Slice; readonly last: { readonly from: string; readonly id: string } } | undefined
> {
  const { rows: pieces } = await connection.query<{ id: string; rows: number; from: string; to: string }>(
    `select id::text as id, rows, from_time::text as from, to_time::text as to from (
       select *, sum(rows) over (order by from_time, id) - rows as before from (
         select * from field.sync_pieces
         where target_id = $1 and relation = $2 and id <= $3
           and ($4::timestamptz is null or (from_time, id) > ($4, $5::bigint))
           and (device_mac_addr is null or device_mac_addr <> all($6))
         order by from_time, id limit $7) as first
     ) as counted where before = 0 or before + rows <= $8 order by counted.from_time, counted.id`,
    [
      order.target,
      order.relation,
      order.upTo,
      order.after?.from ?? null,
      order.after?.id ?? '0',
      order.without,
      order.pieces,
      order.rows,
    ],
  );
  const last = pieces.at(-1);
  const [first] = pieces;
  if (first === undefined || last === undefined) return undefined;
  const ids = pieces.map(({ id }) => id);
  return {
    slice: {
      relation: order.relation,
      ids,
      rows: pieces.reduce((sum, { rows }) => sum + rows, 0),
      from: first.from,
      to: pieces.reduce((latest, { to }) => (to > latest ? to : latest), first.to),
      condition: await conditionOf(connection, ids),
    },
    last: { from: last.from, id: last.id },
  };
}

/** Where the rows of notes are, each row once: stretches of all devices, and of single ones what lies outside those. */
async function conditionOf(connection: Queryable, ids: readonly string[]): Promise<string> {
  const { rows } = await connection.query<{ condition: string }>(
    `with p as (
       select device_mac_addr, tstzrange(from_time, to_time, '[]') as stretch from field.sync_pieces where id = any($1)
     ), whole as (
       select coalesce(range_agg(stretch), '{}') as r from p where device_mac_addr is null
     ), parts as (
       select null as device, unnest(r) as part from whole
       union all
       select device_mac_addr, unnest(range_agg(stretch) - (select r from whole)) from p
       where device_mac_addr is not null group by 1
     )
     select string_agg(
       format('(time %s %L and time %s %L%s)', case when lower_inc(part) then '>=' else '>' end, lower(part),
         case when upper_inc(part) then '<=' else '<' end, upper(part),
         case when device is null then '' else format(' and device_mac_addr = %L', device) end),
       ' or ' order by lower(part)) as condition
     from parts`,
    [ids],
  );
  return rows[0]?.condition ?? 'false';
}

/** The target has the rows of these notes, except those of the devices left aside, which are noted anew. */
export async function confirmSlice(
  connection: Queryable,
  target: number,
  slice: Pick<Slice, 'relation' | 'ids'>,
  held: readonly DeviceStretch[],
): Promise<void> {
  await connection.query('delete from field.sync_pieces where target_id = $1 and id = any($2)', [
    target,
    slice.ids,
  ]);
  for (const { mac, from, to, rows } of held)
    await connection.query(
      `insert into field.sync_pieces (target_id, relation, device_mac_addr, from_time, to_time, rows)
       values ($1, $2, $3, $4, $5, $6)`,
      [target, slice.relation, mac, from, to, rows],
    );
}

/** The rows of one device in a slice. */
export interface DeviceStretch {
  readonly mac: string;
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

export async function devicesInSlice(
  connection: Queryable,
  { relation, condition }: Slice,
): Promise<readonly DeviceStretch[]> {
  const { rows } = await connection.query<DeviceStretch & Record<string, unknown>>(
    `select device_mac_addr as mac, min(time)::text as from, max(time)::text as to, count(*) as rows
     from public.${relation} where ${condition} group by 1 order by 1`,
  );
  return rows;
}

/** Notes that a file now holds, so that its receipt finds them; they are not merged with others any more. */
export async function noteBundle(
  connection: Queryable,
  bundle: string,
  ids: readonly string[],
): Promise<void> {
  await connection.query(
    'update field.sync_pieces set bundles = array_append(bundles, $1::uuid) where id = any($2)',
    [bundle, ids],
  );
}

export async function confirmBundlePieces(
  connection: Queryable,
  target: number,
  bundle: string,
): Promise<void> {
  await connection.query('delete from field.sync_pieces where target_id = $1 and $2::uuid = any(bundles)', [
    target,
    bundle,
  ]);
}
