import type { Queryable } from '../database.ts';

/** One board that stood in a place before another one. */
export interface Predecessor {
  /** The board that is asked about. */
  readonly mac: string;
  /** The address that its place's readings lie under until `untilMs`. */
  readonly address: string;
  /** The last reading of the old board before it was replaced, plus a millisecond; where it has none, the replacement. */
  readonly untilMs: number;
}

/**
 * Which boards stood in the places of these before them, first ones first, over any number of replacements. The newer
 * board's readings count from where the older one's end: a board that was dead for weeks hides none of those that its
 * successor sent before somebody noted the replacement.
 */
export async function predecessors(
  connection: Queryable,
  macs: readonly string[],
): Promise<readonly Predecessor[]> {
  const { rows } = await connection.query<{ mac: string; address: string; replacedMs: number }>(
    `with recursive line as (
       select r.new_mac_addr as mac, r.old_mac_addr as address, r.replaced_at, r.new_mac_addr::text as seen
       from field.device_replacements r where r.new_mac_addr = any($1)
       union
       select l.mac, r.old_mac_addr, least(r.replaced_at, l.replaced_at), l.seen || r.old_mac_addr
       from line l join field.device_replacements r on r.new_mac_addr = l.address
       where position(r.old_mac_addr in l.seen) = 0
     )
     select mac, address, replaced_at as "replacedMs" from line order by mac, replaced_at, address`,
    [macs],
  );
  const found: Predecessor[] = [];
  for (const { mac, address, replacedMs } of rows) {
    const { rows: last } = await connection.query<{ ms: number | null }>(
      `select max(time) as ms from sensor_data where device_mac_addr = $1 and time <= to_timestamp($2::float8 / 1000)`,
      [address, replacedMs],
    );
    const lastMs = last[0]?.ms ?? null;
    found.push({ mac, address, untilMs: lastMs === null ? replacedMs : lastMs + 1 });
  }
  return found;
}
