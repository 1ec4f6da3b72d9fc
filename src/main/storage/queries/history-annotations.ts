import type { Annotation } from '../../../shared/contract/history.ts';
import type { MacAddress } from '../../../shared/domain/mac-address.ts';
import type { Queryable } from '../database.ts';

/** At most so many are shown in one range, the newest. */
const most = 2_000;

const columns = `a.id, a.time as "timeMs", a.kind, a.text, a.author, a.device_mac_addr as mac, a.site_ref as "siteRef", a.automatic`;

type Row = { [K in keyof Annotation]: Annotation[K] };

/** Of these devices and of the sites that they belong to, in ascending order; what replaced boards had is theirs. */
export async function annotationsIn(
  connection: Queryable,
  macs: readonly string[],
  fromMs: number,
  toMs: number,
): Promise<readonly Annotation[]> {
  const { rows } = await connection.query<Row>(
    `select * from (
       select ${columns} from field.annotations a
       where a.time >= to_timestamp($2::float8 / 1000) and a.time < to_timestamp($3::float8 / 1000)
         and (a.device_mac_addr = any($1)
           or (a.device_mac_addr is null
             and a.site_ref in (select d.site_ref from devices d where d.device_mac_addr = any($1))))
       order by a.time desc, a.id desc limit ${most}
     ) as newest order by "timeMs", id`,
    [macs, fromMs, toMs],
  );
  return rows;
}

export type NewAnnotation = Omit<Annotation, 'id'>;

export async function insertAnnotation(connection: Queryable, note: NewAnnotation): Promise<Annotation> {
  const { rows } = await connection.query<Row>(
    `insert into field.annotations as a (time, kind, text, author, device_mac_addr, site_ref, automatic)
     values (to_timestamp($1::float8 / 1000), $2, left($3, 500), $4, $5, $6, $7) returning ${columns}`,
    [note.timeMs, note.kind, note.text, note.author, note.mac, note.siteRef, note.automatic],
  );
  const [stored] = rows;
  if (stored === undefined) throw new Error('an insert gave nothing back');
  return stored;
}

/** The note as it was; `undefined` where there is none. */
export async function removeAnnotation(connection: Queryable, id: number): Promise<Annotation | undefined> {
  const { rows } = await connection.query<Row>(
    `delete from field.annotations a where a.id = $1 returning ${columns}`,
    [id],
  );
  return rows[0];
}

export interface DevicePlace {
  readonly siteRef: string | null;
  readonly zone: string | null;
  readonly position: string;
}

/** Where a device is; `undefined` where there is no such device. Its row stays locked: two moves follow each other. */
export async function placeOf(connection: Queryable, mac: string): Promise<DevicePlace | undefined> {
  const { rows } = await connection.query<{ [K in keyof DevicePlace]: DevicePlace[K] }>(
    `select d.site_ref as "siteRef", z.name as zone, coalesce(p.position, '') as position
     from devices d left join field.device_profiles p using (device_mac_addr) left join field.zones z on z.id = p.zone_id
     where d.device_mac_addr = $1 for update of d`,
    [mac],
  );
  return rows[0];
}

/** Where the place is another one than `before`, the move is noted; in the words of the places alone. */
export async function noteMove(
  connection: Queryable,
  mac: string,
  before: DevicePlace | undefined,
  nowMs: number,
): Promise<void> {
  const after = await placeOf(connection, mac);
  if (before === undefined || after === undefined) return;
  const [from, to] = [placeText(before), placeText(after)];
  if (from === to) return;
  await insertAnnotation(connection, {
    timeMs: nowMs,
    kind: 'moved',
    text: `${from} → ${to}`,
    author: 'application',
    mac: mac as MacAddress,
    siteRef: null,
    automatic: true,
  });
}

function placeText({ siteRef, zone, position }: DevicePlace): string {
  return [siteRef ?? '', zone ?? '', position].filter((part) => part !== '').join(' / ');
}
