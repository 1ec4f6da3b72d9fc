import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import type { SurveyPlan, SurveyPoint } from '../../shared/contract/survey-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { pixelsPerMetre } from '../../shared/domain/survey-plan.ts';
import { surveyPartsMost } from '../../shared/domain/survey-limits.ts';
import type { PartMap } from './part-map.ts';

export type PointFault =
  | 'no-label'
  | 'label-twice'
  | 'not-a-number'
  | 'off-the-plan'
  | 'no-scale'
  | 'too-long';

export interface FaultyLine {
  readonly line: number;
  readonly fault: PointFault;
  readonly text: string;
}

export interface PointList {
  readonly points: readonly SurveyPoint[];
  readonly added: number;
  readonly changed: number;
  readonly faults: readonly FaultyLine[];
}

const columnNames = ['label', 'name', 'room', 'zone', 'height_m', 'x_m', 'y_m', 'x_px', 'y_px'] as const;
type Row = Readonly<Record<string, string>>;
/** Words of a file that are shown beside its fault. */
const shownChars = 60;

/**
 * Planned points from a table: separated by comma, semicolon or tab, its first line names the columns. Rooms and zones
 * are found by their names. Coordinates are metres from the upper left corner of the plan, or pixels of its image.
 *
 * @throws AppError `survey.points-unreadable`, `survey.too-many`
 */
export function readPointList(csv: string, parts: PartMap, planId: string | null): PointList {
  const rows = rowsOf(csv);
  if (rows.length > surveyPartsMost.point)
    throw new AppError('survey.too-many', 'The list is too long.', {
      kind: 'point',
      most: surveyPartsMost.point,
    });
  const plan = planId === null ? undefined : parts.get('plan', planId);
  const known = new Map(parts.all('point').map((point) => [point.label, point]));
  let order = Math.max(-1, ...[...known.values()].map((point) => point.order));
  const seen = new Set<string>();
  const faults: FaultyLine[] = [];
  const points = rows.flatMap((row, index): readonly SurveyPoint[] => {
    const fault = (what: PointFault, text: string): readonly SurveyPoint[] => {
      faults.push({ line: index + 2, fault: what, text: text.slice(0, shownChars) });
      return [];
    };
    const label = row['label'] ?? '';
    const name = row['name'] ?? '';
    if (label === '') return fault('no-label', Object.values(row).join(' '));
    if (label.length > 16 || name.length > 200) return fault('too-long', label);
    if (seen.has(label)) return fault('label-twice', label);
    seen.add(label);
    const numbers = readNumbers(row);
    if (typeof numbers === 'string') return fault('not-a-number', numbers);
    const place = placeOf(numbers, plan);
    if (typeof place === 'string') return fault(place, label);
    const heightM = numbers.height_m ?? null;
    if (heightM !== null && (heightM < 0 || heightM > 100)) return fault('not-a-number', String(heightM));
    const before = known.get(label);
    if (before === undefined) order += 1;
    return [
      {
        kind: 'point',
        id: before?.id ?? randomUUID(),
        order: before?.order ?? order,
        label,
        name,
        ...(place ?? placeBefore(before)),
        roomId: idNamed(parts.all('room'), row['room']) ?? before?.roomId ?? null,
        zoneId: idNamed(parts.all('zone'), row['zone']) ?? before?.zoneId ?? null,
        heightM: heightM ?? before?.heightM ?? null,
        planned: true,
        state: before?.state ?? 'planned',
        problem: before?.problem ?? '',
        note: before?.note ?? '',
        recordingId: before?.recordingId ?? null,
      },
    ];
  });
  const added = points.filter(({ label }) => !known.has(label)).length;
  return { points, added, changed: points.length - added, faults };
}

function rowsOf(csv: string): readonly Row[] {
  const [head = ''] = csv.split(/\r?\n/, 1);
  const separators = [',', ';', '\t'] as const;
  const delimiter = separators.reduce((best, one) => (count(head, one) > count(head, best) ? one : best));
  try {
    const rows = parse(csv, {
      bom: true,
      columns: (names: readonly string[]) => names.map((name) => name.trim().toLowerCase()),
      delimiter,
      skip_empty_lines: true,
      relax_column_count_less: true,
      trim: true,
    });
    const [first] = rows as readonly Row[];
    if (first !== undefined && 'label' in first) return rows as readonly Row[];
  } catch (error) {
    throw new AppError('survey.points-unreadable', 'This is not a list of points.', {}, error);
  }
  throw new AppError('survey.points-unreadable', 'The list has no column "label".');
}

const count = (text: string, separator: string): number => text.split(separator).length;

type Numbers = Partial<Record<(typeof columnNames)[number], number>>;

/** The text that is none where one is no number. A decimal comma is one where the columns are not separated by it. */
function readNumbers(row: Row): Numbers | string {
  const found: Numbers = {};
  for (const column of ['height_m', 'x_m', 'y_m', 'x_px', 'y_px'] as const) {
    const text = row[column] ?? '';
    if (text === '') continue;
    const value = Number(text.replace(',', '.'));
    if (!Number.isFinite(value)) return text;
    found[column] = value;
  }
  return found;
}

type Place = Pick<SurveyPoint, 'planId' | 'x' | 'y'>;

function placeOf(
  numbers: Numbers,
  plan: SurveyPlan | undefined,
): Place | undefined | 'no-scale' | 'off-the-plan' {
  const inMetres = numbers.x_m !== undefined || numbers.y_m !== undefined;
  if (!inMetres && numbers.x_px === undefined && numbers.y_px === undefined) return undefined;
  if (plan === undefined) return 'no-scale';
  const factor = inMetres ? pixelsPerMetre(plan.scale) : 1;
  if (factor === null) return 'no-scale';
  const x = (inMetres ? numbers.x_m : numbers.x_px) ?? Number.NaN;
  const y = (inMetres ? numbers.y_m : numbers.y_px) ?? Number.NaN;
  const [px, py] = [x * factor, y * factor];
  const inside = px >= 0 && py >= 0 && px <= plan.widthPx && py <= plan.heightPx;
  return inside ? { planId: plan.id, x: px, y: py } : 'off-the-plan';
}

function placeBefore(before: SurveyPoint | undefined): Place {
  return { planId: before?.planId ?? null, x: before?.x ?? null, y: before?.y ?? null };
}

function idNamed(
  named: readonly { readonly id: string; readonly name: string }[],
  name: string | undefined,
): string | undefined {
  if (name === undefined || name === '') return undefined;
  const wanted = name.toLowerCase();
  return named.find((one) => one.name.toLowerCase() === wanted)?.id;
}
