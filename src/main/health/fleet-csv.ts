import type { Device, Site, Zone } from '../../shared/contract/devices.ts';
import type { HealthRow } from '../../shared/contract/health.ts';
import type { FleetColumn } from '../../shared/domain/fleet-columns.ts';
import { csvCell } from '../foundation/csv-cell.ts';

export interface CsvRow {
  readonly device: Device;
  readonly health: HealthRow;
  readonly site: Site | undefined;
  readonly zone: Zone | undefined;
}

type Cells = Readonly<
  Record<Exclude<FleetColumn, 'sparkline'>, (row: CsvRow) => string | number | boolean | null | undefined>
>;

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Codes and numbers, which a program reads in every language; times are UTC. */
const cells: Cells = {
  verdict: ({ health }) => health.verdict,
  reason: ({ health }) => health.reasons.map(({ code }) => code).join(' '),
  name: ({ device }) => device.name,
  mac: ({ device }) => device.mac,
  site: ({ device }) => device.siteRef,
  zone: ({ zone }) => zone?.name,
  position: ({ device }) => device.position,
  temperature: ({ device }) => device.temperature,
  humidity: ({ device }) => device.humidity,
  reading: ({ device }) => time(device.readingMs),
  heartbeat: ({ device }) => time(device.heartbeatMs),
  signal: ({ device }) => device.rssi,
  heap: ({ device }) => device.freeHeap,
  uptime: ({ device }) => device.uptime,
  clock: ({ device }) =>
    device.clockFaulty ? 'faulty' : device.ntpSync === true ? 'synchronised' : 'not-synchronised',
  firmware: ({ health, device }) => health.firmware ?? device.firmware,
  interval: ({ health }) => (health.intervalMs === null ? null : Math.round(health.intervalMs / 1000)),
  received: ({ health }) => health.receivedShare,
  restarts: ({ health }) => health.restartsDay,
  ip: ({ health }) => health.ip,
};

const heads: Readonly<Record<keyof Cells, string>> = {
  verdict: 'verdict',
  reason: 'reasons',
  name: 'name',
  mac: 'device_mac_addr',
  site: 'site_ref',
  zone: 'zone',
  position: 'position',
  temperature: 'temperature_c',
  humidity: 'humidity_percent',
  reading: 'last_reading',
  heartbeat: 'last_heartbeat',
  signal: 'rssi_dbm',
  heap: 'free_heap_bytes',
  uptime: 'uptime_s',
  clock: 'clock',
  firmware: 'firmware',
  interval: 'interval_s',
  received: 'received_share',
  restarts: 'restarts_24h',
  ip: 'ip',
};

/** The fleet as RFC 4180, one line per row in the order given. A cell that a spreadsheet would run is made text. */
export function fleetCsv(columns: readonly FleetColumn[], rows: Iterable<CsvRow>): string {
  const shown = columns.filter((column) => column !== 'sparkline');
  const lines = [shown.map((column) => heads[column]).join(',')];
  for (const row of rows) lines.push(shown.map((column) => csvCell(cells[column](row))).join(','));
  return `${lines.join('\r\n')}\r\n`;
}
