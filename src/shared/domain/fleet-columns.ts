/** The columns that a table of the fleet can show, sort by and write to CSV, in their usual order. */
export const fleetColumns = [
  'verdict',
  'name',
  'reason',
  'mac',
  'site',
  'zone',
  'position',
  'temperature',
  'humidity',
  'sparkline',
  'reading',
  'heartbeat',
  'signal',
  'heap',
  'uptime',
  'clock',
  'firmware',
  'interval',
  'received',
  'restarts',
  'ip',
] as const;

export type FleetColumn = (typeof fleetColumns)[number];
