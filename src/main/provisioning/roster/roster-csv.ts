import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { siteRef } from '../../../shared/contract/common.ts';
import type { RosterEntry } from '../../../shared/contract/provisioning.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';

export interface RosterProblem {
  /** Line of the file, the heading being 1. */
  readonly line: number;
  /** Which column and what about it, as a key: `columns`, `mac`, `site`, `name`, `position`, `twice`, `csv`. */
  readonly reason: string;
}

const lines = z.array(
  z.object({ record: z.record(z.string(), z.string()), info: z.looseObject({ lines: z.number() }) }),
);
const longest = { name: 60, position: 120 } as const;

/**
 * Reads a roster: one line per board with the columns `mac` (empty: in the order of plugging in), `site`, `name`
 * and `position`, in any order; separated by commas, semicolons (as a French spreadsheet writes) or tabs.
 * Lines that cannot be used are named; the others are taken.
 */
export function parseRoster(text: string): {
  readonly entries: readonly RosterEntry[];
  readonly problems: readonly RosterProblem[];
} {
  let rows: z.infer<typeof lines>;
  try {
    rows = lines.parse(
      parse(text, {
        bom: true,
        columns: (heading: string[]) => heading.map((name) => name.trim().toLowerCase()),
        delimiter: [',', ';', '\t'],
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
        trim: true,
      }),
    );
  } catch (error) {
    const line = error instanceof Error && 'lines' in error ? Number(error.lines) : 1;
    return { entries: [], problems: [{ line, reason: 'csv' }] };
  }
  const columns = Object.keys(rows[0]?.record ?? {});
  if (!columns.includes('site')) return { entries: [], problems: [{ line: 1, reason: 'columns' }] };
  const entries: RosterEntry[] = [];
  const problems: RosterProblem[] = [];
  const seen = new Set<string>();
  for (const { record, info } of rows) {
    const entry = readEntry(record);
    const reason =
      typeof entry === 'string' ? entry : entry.mac !== null && seen.has(entry.mac) ? 'twice' : null;
    if (typeof entry === 'string' || reason !== null)
      problems.push({ line: info.lines, reason: reason ?? 'csv' });
    else {
      if (entry.mac !== null) seen.add(entry.mac);
      entries.push(entry);
    }
  }
  return { entries, problems };
}

function readEntry(record: Readonly<Record<string, string>>): RosterEntry | string {
  const { mac: macText = '', site = '', name = '', position = '' } = record;
  const mac = macText === '' ? null : parseMacAddress(macText);
  if (mac === undefined) return 'mac';
  if (!siteRef.safeParse(site).success) return 'site';
  if (name.length > longest.name) return 'name';
  if (position.length > longest.position) return 'position';
  return { mac, siteRef: site, name, position, used: false };
}

/** The line for a board: that of its MAC address, else the first without one that is not used yet. */
export function nextFor(entries: readonly RosterEntry[], mac: string): RosterEntry | undefined {
  return (
    entries.find((entry) => entry.mac === mac) ?? entries.find((entry) => entry.mac === null && !entry.used)
  );
}
