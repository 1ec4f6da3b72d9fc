import type {
  CheckedDevice,
  CheckLine,
  CheckProgress,
  SiteCheck,
} from '../../../shared/contract/site-check.ts';
import { formatNumber } from '../../components/format.ts';

export interface Progress {
  readonly ready: number;
  readonly devices: number;
  readonly untilMs: number;
}

type Told =
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'done'; readonly result: SiteCheck };

/** The run's stream in the form of all long work. */
export async function* toldCheck(
  stream: AsyncIterable<CheckProgress>,
): AsyncGenerator<Told, void, undefined> {
  for await (const item of stream)
    yield item.type === 'done' ? { type: 'done', result: item.check } : { type: 'progress', progress: item };
}

/** Those that need somebody first; else as the site has them. */
export function failedFirst(items: readonly CheckedDevice[]): readonly CheckedDevice[] {
  return [...items.filter(({ passed }) => !passed), ...items.filter(({ passed }) => passed)];
}

export function failedLines({ lines }: CheckedDevice): number {
  return lines.filter(({ result }) => result === 'fail').length;
}

/** What the sentence about a line has in its gaps. */
export function lineValues({ measured, wanted }: CheckLine): Readonly<Record<string, string>> {
  return { measured: figure(measured), wanted: figure(wanted) };
}

function figure(value: string | number | null): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : formatNumber(value, Number.isInteger(value) ? 0 : 1);
}

/** A field for a number within bounds: what it says, and whether that will do. An empty one means "none". */
export function boundedNumber(
  text: string,
  { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean },
): { readonly value: number | undefined; readonly fault: boolean } {
  const plain = text.trim().replace('\u2212', '-').replace(',', '.');
  if (plain === '') return { value: undefined, fault: false };
  const value = /^-?\d{1,4}(\.\d{0,3})?$/.test(plain) ? Number(plain) : Number.NaN;
  const fault = Number.isNaN(value) || value < min || value > max || (whole && !Number.isInteger(value));
  return { value, fault };
}
