import type { ConformityRule, RuleLineReason } from '../../shared/contract/conformity.ts';
import { criticality, metricType } from '../../shared/contract/conformity.ts';
import { siteRef } from '../../shared/contract/common.ts';
import { ruleFault } from '../../shared/domain/conformity-rules.ts';
import { parseTimestamp } from '../../shared/domain/timestamps.ts';

/** A rule as a file has it: numbers as they stand there, `null` for what is left out. */
export type FileRule = Omit<ConformityRule, 'id' | 'createdMs' | 'updatedMs'> & {
  readonly id: number | null;
  readonly createdMs: number | null;
  readonly updatedMs: number | null;
};

export interface BadCell {
  readonly reason: RuleLineReason;
  /** What stands there, shortened. */
  readonly value: string;
}

/** The warehouse's columns, in its order. */
export const ruleColumns = [
  'id',
  'site_ref',
  'metric_type',
  'min_allowed',
  'max_allowed',
  'criticality',
  'description',
  'created_at',
  'updated_at',
] as const;
export type RuleColumn = (typeof ruleColumns)[number];

/** Those that a file cannot do without. */
export const neededColumns: readonly RuleColumn[] = ['site_ref', 'metric_type', 'min_allowed', 'max_allowed'];

/** Room is left for those that the database numbers itself. */
const idMost = 2_000_000_000;
const descriptionMost = 2000;
const valueShown = 60;

export type RuleRecord = Readonly<Partial<Record<RuleColumn, string>>>;

/** One line of a file. `decimalComma`: the cells are separated by something else, so that 2,5 is a number. */
export function readRuleLine(record: RuleRecord, decimalComma: boolean): FileRule | BadCell {
  const cell = (column: RuleColumn): string => record[column]?.trim() ?? '';
  const broken = ruleColumns.find((column) => /[\uFFFD\0]/.test(cell(column)));
  if (broken !== undefined) return bad('encoding', cell(broken));
  const id = wholeNumber(cell('id'));
  if (id === undefined) return bad('id', cell('id'));
  if (!siteRef.safeParse(cell('site_ref')).success) return bad('site', cell('site_ref'));
  const metric = metricType.safeParse(cell('metric_type').toLowerCase());
  if (!metric.success) return bad('metric', cell('metric_type'));
  const [minAllowed, maxAllowed] = [cell('min_allowed'), cell('max_allowed')].map((text) =>
    number(text, decimalComma),
  );
  if (minAllowed === undefined) return bad('min', cell('min_allowed'));
  if (maxAllowed === undefined) return bad('max', cell('max_allowed'));
  const fault = ruleFault({ metricType: metric.data, minAllowed, maxAllowed });
  if (fault !== null) return bad(fault, `${cell('min_allowed')} … ${cell('max_allowed')}`);
  const level = criticality.safeParse(cell('criticality').toUpperCase() || 'MEDIUM');
  if (!level.success) return bad('criticality', cell('criticality'));
  const description = asWritten(cell('description'));
  if (description.length > descriptionMost) return bad('description', description);
  const times = (['created_at', 'updated_at'] as const).map((column) => time(cell(column)));
  const [createdMs, updatedMs] = times;
  if (createdMs === undefined) return bad('time', cell('created_at'));
  if (updatedMs === undefined) return bad('time', cell('updated_at'));
  return {
    id,
    siteRef: cell('site_ref'),
    metricType: metric.data,
    minAllowed,
    maxAllowed,
    criticality: level.data,
    description,
    createdMs,
    updatedMs,
  };
}

export function bad(reason: RuleLineReason, value: string): BadCell {
  const characters = Array.from(value.slice(0, 2 * valueShown));
  const short = characters.slice(0, valueShown).join('');
  return { reason, value: characters.length > valueShown ? `${short}…` : short };
}

/** `null` for an empty cell, `undefined` for what is no number from 1 on. */
function wholeNumber(text: string): number | null | undefined {
  if (text === '') return null;
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= 1 && value <= idMost ? value : undefined;
}

/** PostgreSQL writes an absent number as nothing, or as `\N` or `NULL` where it is told to. */
function number(text: string, decimalComma: boolean): number | null | undefined {
  if (text === '' || text === '\\N' || text.toUpperCase() === 'NULL') return null;
  const plain = decimalComma ? text.replace(',', '.') : text;
  if (!/^[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})(e[+-]?\d{1,3})?$/i.test(plain)) return undefined;
  return Number(plain);
}

function time(text: string): number | null | undefined {
  return text === '' || text === '\\N' ? null : parseTimestamp(text);
}

/** A cell that a spreadsheet would take for a formula is written with an apostrophe in front; here it goes again. */
const formula = /^(?:[=+@\t\r]|-(?!\s?\d))/;

export function guarded(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

function asWritten(text: string): string {
  return text.startsWith("'") && formula.test(text.slice(1)) ? text.slice(1) : text;
}
