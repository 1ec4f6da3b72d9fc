import type { BoardJob } from '../../../shared/contract/provisioning.ts';

const columns = [
  'mac',
  'name',
  'site',
  'position',
  'port',
  'chip',
  'result',
  'finding',
  'started',
  'seconds',
  'temperature_c',
  'humidity_pct',
  'rssi_dbm',
  'first_reading',
] as const;

/** The boards of a batch as CSV (RFC 4180), UTF-8 with a mark so that spreadsheets read it right; times in UTC. */
export function jobReport(jobs: readonly BoardJob[]): string {
  const rows = jobs.map((job) => [
    job.mac,
    job.name,
    job.siteRef,
    job.position,
    job.address,
    job.chip,
    job.phase,
    job.error?.code ?? job.finding,
    iso(job.startedMs),
    job.startedMs === null || job.finishedMs === null
      ? null
      : ((job.finishedMs - job.startedMs) / 1000).toFixed(1),
    job.reading?.temperature.toFixed(1),
    job.reading?.humidity.toFixed(1),
    job.reading?.rssi,
    iso(job.reading?.timeMs ?? null),
  ]);
  return `\uFEFF${[columns, ...rows].map((row) => row.map(field).join(',')).join('\r\n')}\r\n`;
}

function iso(timeMs: number | null): string | null {
  return timeMs === null ? null : new Date(timeMs).toISOString();
}

/** Texts that a spreadsheet would run as a formula get an apostrophe in front; numbers stay numbers. */
function field(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
