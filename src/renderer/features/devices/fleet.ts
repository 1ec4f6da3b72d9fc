import type { Site } from '../../../shared/contract/devices.ts';
import type { FleetColumn, HealthRow, Verdict } from '../../../shared/contract/health.ts';
import type { Board, Fleet } from '../../app/live.ts';
import { viewsOf, type DeviceView } from './device-view.ts';

/** A device with its verdict, as a row of the table. */
export interface FleetRow {
  readonly view: DeviceView;
  /** Not there in the first moment, and for a device just adopted. */
  readonly health: HealthRow | undefined;
  readonly site: Site | undefined;
}

export interface FleetSort {
  readonly column: FleetColumn;
  readonly descending: boolean;
}

/** What of the fleet is shown, and how; the site is the one chosen for all pages. */
export interface FleetLook {
  /** `null`: those that fit this window. */
  readonly columns: readonly FleetColumn[] | null;
  readonly sort: FleetSort;
  /** Empty: all. */
  readonly verdicts: readonly Verdict[];
  /** Only those outside the limits of their zone. */
  readonly outside: boolean;
  readonly zoneId: number | null;
  readonly text: string;
  readonly groupBySite: boolean;
}

export const usualLook: FleetLook = {
  columns: null,
  sort: { column: 'verdict', descending: false },
  verdicts: [],
  outside: false,
  zoneId: null,
  text: '',
  groupBySite: false,
};

export type FleetItem =
  | { readonly kind: 'site'; readonly key: string; readonly name: string; readonly count: number }
  | { readonly kind: 'device'; readonly key: string; readonly row: FleetRow };

export function rowsOf(
  board: Board | undefined,
  fleet: Fleet | undefined,
  siteRef: string | null,
  nowMs: number,
): readonly FleetRow[] {
  const sites = new Map((board?.sites ?? []).map((site) => [site.ref, site]));
  return viewsOf(board, siteRef, nowMs).map((view) => ({
    view,
    health: fleet?.get(view.device.mac),
    site: sites.get(view.device.siteRef ?? ''),
  }));
}

export const verdictOf = ({ health }: FleetRow): Verdict => health?.verdict ?? 'unknown';

/** Somebody should go there. Where nothing can be said yet, what was silent before still is. */
export function needsVisit(row: FleetRow): boolean {
  const verdict = verdictOf(row);
  if (verdict === 'unknown') return row.view.presence !== 'online';
  return verdict === 'offline' || verdict === 'faulty';
}

const verdictRank: Readonly<Record<Verdict, number>> = {
  offline: 0,
  faulty: 1,
  watch: 2,
  unknown: 4,
  healthy: 5,
};

/** What a column sorts by; `null` comes last either way. */
function keyOf({ view, health, site }: FleetRow, column: FleetColumn): number | string | null {
  const { device } = view;
  switch (column) {
    case 'verdict': {
      const verdict = health?.verdict ?? 'unknown';
      return verdict === 'healthy' && view.outside ? 3 : verdictRank[verdict];
    }
    case 'reason':
      return health?.reasons[0]?.code ?? null;
    case 'name':
      return view.label;
    case 'mac':
      return device.mac;
    case 'site':
      return site?.name ?? device.siteRef;
    case 'zone':
      return view.zone?.name ?? null;
    case 'position':
      return device.position === '' ? null : device.position;
    case 'temperature':
    case 'sparkline':
      return device.temperature;
    case 'humidity':
      return device.humidity;
    case 'reading':
      return device.readingMs === null ? null : -device.readingMs;
    case 'heartbeat':
      return device.seenMs === null ? null : -device.seenMs;
    case 'signal':
      return device.rssi;
    case 'heap':
      return device.freeHeap;
    case 'uptime':
      return device.uptime;
    case 'clock':
      return device.clockFaulty ? 0 : device.ntpSync === true ? 2 : 1;
    case 'firmware':
      return health?.firmware ?? device.firmware;
    case 'interval':
      return health?.intervalMs ?? null;
    case 'received':
      return health?.receivedShare ?? null;
    case 'restarts':
      return health?.restartsDay ?? null;
    case 'ip':
      break;
  }
  return health?.ip ?? null;
}

// One collator for all: made anew for each comparison it would take most of the time.
const collator = new Intl.Collator(undefined, { numeric: true });
const inOrder = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));

/** Equal ones by name, then by address, so that rows never change places for nothing. */
export function sortRows(rows: readonly FleetRow[], { column, descending }: FleetSort): readonly FleetRow[] {
  const sign = descending ? -1 : 1;
  return rows
    .map((row) => ({ row, key: keyOf(row, column) }))
    .sort((a, b) => {
      if (a.key !== b.key) {
        if (a.key === null) return 1;
        if (b.key === null) return -1;
        const order = inOrder(a.key, b.key);
        if (order !== 0) return order * sign;
      }
      return (
        collator.compare(a.row.view.label, b.row.view.label) ||
        (a.row.view.device.mac < b.row.view.device.mac ? -1 : 1)
      );
    })
    .map(({ row }) => row);
}

/** By name of their site, each below a line of its own; the order within stays. */
export function itemsOf(rows: readonly FleetRow[], groupBySite: boolean): readonly FleetItem[] {
  const itemOf = (row: FleetRow): FleetItem => ({ kind: 'device', key: row.view.device.mac, row });
  if (!groupBySite) return rows.map(itemOf);
  const groups = new Map<string, FleetRow[]>();
  for (const row of rows) {
    const ref = row.view.device.siteRef ?? '';
    const group = groups.get(ref);
    if (group === undefined) groups.set(ref, [row]);
    else group.push(row);
  }
  const named = [...groups].map(([ref, group]) => ({ ref, group, name: group[0]?.site?.name ?? ref }));
  return named
    .sort((a, b) => collator.compare(a.name, b.name))
    .flatMap(({ ref, group, name }) => [
      { kind: 'site' as const, key: `site ${ref}`, name, count: group.length },
      ...group.map(itemOf),
    ]);
}

export function matches(row: FleetRow, { verdicts, outside, zoneId, text }: FleetLook): boolean {
  return (
    (verdicts.length === 0 || verdicts.includes(verdictOf(row))) &&
    (!outside || isOutside(row)) &&
    inZone(row, zoneId) &&
    mentions(row, text)
  );
}

/** Of a value that is of now; what a silent device measured last says nothing of its room. */
export const isOutside = ({ view }: FleetRow): boolean => view.outside && view.presence === 'online';

export const inZone = ({ view }: FleetRow, zoneId: number | null): boolean =>
  zoneId === null || view.device.zoneId === zoneId;

function mentions({ view, site, health }: FleetRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  const { device, label, zone } = view;
  return [label, device.mac, device.position, zone?.name, site?.name, site?.ref, health?.ip].some(
    (part) => part?.toLowerCase().includes(wanted) === true,
  );
}
