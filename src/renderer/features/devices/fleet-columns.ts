import type { FleetColumn } from '../../../shared/contract/health.ts';

/** Pixels; a table wider than its window scrolls within itself. */
const columnWidth: Readonly<Record<FleetColumn, number>> = {
  verdict: 216,
  reason: 380,
  name: 170,
  mac: 160,
  site: 160,
  zone: 140,
  position: 160,
  temperature: 164,
  humidity: 84,
  sparkline: 140,
  reading: 108,
  heartbeat: 100,
  signal: 104,
  heap: 80,
  uptime: 96,
  clock: 100,
  firmware: 84,
  interval: 90,
  received: 96,
  restarts: 96,
  ip: 130,
};

const narrowWidth: Partial<Record<FleetColumn, number>> = { verdict: 128, name: 116, temperature: 132 };

/** @param windowWidth pixels, as are the widths */
export function columnWidths(windowWidth: number): Readonly<Record<FleetColumn, number>> {
  return windowWidth < 820 ? { ...columnWidth, ...narrowWidth } : columnWidth;
}

/** Figures, which stand under each other by their last digit. */
export const numberColumns: ReadonlySet<FleetColumn> = new Set([
  'humidity',
  'reading',
  'heartbeat',
  'heap',
  'uptime',
  'interval',
  'received',
  'restarts',
]);

/** A name is always there: it is the way to the device. */
export const fixedColumn: FleetColumn = 'name';

/** For who chose none: what fits into the width of the window, in pixels. */
export function usualColumns(width: number): readonly FleetColumn[] {
  if (width < 820) return ['verdict', 'name', 'temperature'];
  if (width < 900) return ['verdict', 'name', 'temperature', 'heartbeat'];
  if (width < 1_100) return ['verdict', 'name', 'temperature', 'humidity', 'heartbeat'];
  const most: readonly FleetColumn[] = [
    'verdict',
    'name',
    'temperature',
    'humidity',
    'sparkline',
    'heartbeat',
  ];
  if (width < 1_280) return most;
  return width < 1_400 ? [...most, 'signal'] : [...most, 'signal', 'heap', 'uptime'];
}
