import { valueAxis } from '../../../shared/domain/value-axis.ts';
import { contentWidth, ink, marginSide, type Sheet } from './sheet.ts';
import { reportTicks } from './time-ticks.ts';

/** One quantity of one device over a period; arrays of equal length in the order of time, `null` without a value. */
export interface ChartLine {
  readonly timesMs: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface ChartSpec {
  readonly title: string;
  readonly subtitle: string;
  readonly line: ChartLine;
  readonly fromMs: number;
  readonly toMs: number;
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly digits: number;
  readonly colour: string;
  /** Smallest piece of the axis around the values: °C or %. */
  readonly reach: number;
  readonly height: number;
}

const axisWidth = 30;
const axisHeight = 14;

/** A chart as lines and areas, which print sharp at any size; gaps stay gaps. Moves on below it. */
export function drawChart(sheet: Sheet, spec: ChartSpec): void {
  const { pdf, text } = sheet;
  sheet.ensure(spec.height + 34);
  sheet.at(spec.title, marginSide, sheet.y, { size: 9, bold: true, width: contentWidth * 0.6 });
  sheet.at(spec.subtitle, marginSide + contentWidth * 0.6, sheet.y + 1, {
    size: 8,
    colour: ink.second,
    width: contentWidth * 0.4,
    align: 'right',
  });
  sheet.y += 14;
  const [left, top] = [marginSide + axisWidth, sheet.y];
  const [width, height] = [contentWidth - axisWidth, spec.height - axisHeight];
  const { line, lowest, highest } = spec;
  const values = [...line.min, ...line.max, ...line.mean].filter((value): value is number => value !== null);
  const limits = [lowest, highest].filter((limit): limit is number => limit !== null);
  if (values.length === 0) {
    pdf.rect(left, top, width, height).lineWidth(0.6).strokeColor(ink.line).stroke();
    sheet.at(text.words.figures.noReadings, left, top + height / 2 - 5, {
      size: 8,
      colour: ink.third,
      width,
      align: 'center',
    });
    sheet.y += spec.height + 10;
    return;
  }
  const [low, high] = [least(values), most(values)];
  const axis = valueAxis(low, high, limits, {
    reach: spec.reach,
    atMost: Math.max(3, Math.floor(height / 22)),
  });
  const yOf = (value: number): number =>
    top + height - ((value - axis.from) / (axis.to - axis.from)) * height;
  const xOf = (ms: number): number => left + ((ms - spec.fromMs) / (spec.toMs - spec.fromMs)) * width;

  pdf.save();
  pdf.rect(left, top, width, height).clip();
  const bandTop = highest === null ? top : yOf(highest);
  const bandBottom = lowest === null ? top + height : yOf(lowest);
  if (limits.length > 0 && bandBottom > bandTop)
    pdf
      .rect(left, bandTop, width, bandBottom - bandTop)
      .fillColor(ink.band)
      .fill();
  for (const gap of line.gaps) hatch(sheet, xOf(gap.fromMs), top, xOf(gap.toMs), height);
  pdf.restore();

  for (const tick of axis.ticks) {
    const y = yOf(tick);
    pdf
      .moveTo(left, y)
      .lineTo(left + width, y)
      .lineWidth(0.4)
      .strokeColor(ink.grid)
      .stroke();
    sheet.at(text.number(tick, axis.digits), marginSide, y - 4.5, {
      size: 7,
      colour: ink.second,
      width: axisWidth - 4,
      align: 'right',
    });
  }
  for (const { atMs, label } of reportTicks(spec.fromMs, spec.toMs, 8, text)) {
    const x = xOf(atMs);
    pdf
      .moveTo(x, top)
      .lineTo(x, top + height + 3)
      .lineWidth(0.4)
      .strokeColor(ink.grid)
      .stroke();
    sheet.at(label, x - 25, top + height + 4, { size: 7, colour: ink.second, width: 50, align: 'center' });
  }
  pdf
    .moveTo(left, top + height)
    .lineTo(left + width, top + height)
    .lineWidth(0.6)
    .strokeColor(ink.strong)
    .stroke();

  pdf.save();
  pdf.rect(left, top, width, height).clip();
  for (const piece of pieces(line)) {
    drawBand(sheet, line, piece, xOf, yOf, spec.colour);
    drawPiece(sheet, line, piece, xOf, yOf, spec);
  }
  pdf.restore();
  for (const [limit, word] of [
    [highest, text.words.figures.max],
    [lowest, text.words.figures.min],
  ] as const) {
    if (limit === null || limit < axis.from || limit > axis.to) continue;
    const y = yOf(limit);
    pdf
      .moveTo(left, y)
      .lineTo(left + width, y)
      .dash(4, { space: 2.5 })
      .lineWidth(0.8)
      .strokeColor(ink.pass)
      .stroke()
      .undash();
    sheet.at(word(text.number(limit, spec.digits)), left + width - 60, limit === highest ? y + 1.5 : y - 9, {
      size: 7,
      colour: ink.pass,
      width: 58,
      align: 'right',
    });
  }
  sheet.y += spec.height + 10;
}

/** Stretches of points with no gap between them, as from and to of their places. */
export function pieces(line: ChartLine): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [n, time] of line.timesMs.entries()) {
    if ((line.mean[n] ?? null) === null) continue;
    const last = found.at(-1);
    const before = last === undefined ? undefined : line.timesMs[last[1]];
    const joined =
      last !== undefined &&
      before !== undefined &&
      last[1] === n - 1 &&
      !line.gaps.some((gap) => gap.fromMs < time && gap.toMs > before);
    if (joined) last[1] = n;
    else found.push([n, n]);
  }
  return found;
}

function drawBand(
  { pdf }: Sheet,
  line: ChartLine,
  [from, to]: readonly [number, number],
  xOf: (ms: number) => number,
  yOf: (value: number) => number,
  colour: string,
): void {
  if (to === from) return;
  const upper: [number, number][] = [];
  const lower: [number, number][] = [];
  let wide = false;
  for (let n = from; n <= to; n++) {
    const [min, max, time] = [line.min[n] ?? null, line.max[n] ?? null, line.timesMs[n]];
    if (min === null || max === null || time === undefined) continue;
    upper.push([xOf(time), yOf(max)]);
    lower.push([xOf(time), yOf(min)]);
    wide ||= max > min;
  }
  if (!wide) return;
  pdf
    .polygon(...upper, ...lower.reverse())
    .fillColor(colour, 0.18)
    .fill();
  pdf.fillOpacity(1);
}

function drawPiece(
  { pdf }: Sheet,
  line: ChartLine,
  [from, to]: readonly [number, number],
  xOf: (ms: number) => number,
  yOf: (value: number) => number,
  { colour, lowest, highest }: ChartSpec,
): void {
  const path = (outside: boolean): boolean => {
    let drawn = false;
    let pen = false;
    for (let n = from; n <= to; n++) {
      const [value, time] = [line.mean[n] ?? null, line.timesMs[n]];
      if (value === null || time === undefined) continue;
      const [min, max] = [line.min[n] ?? value, line.max[n] ?? value];
      const breach = (highest !== null && max > highest) || (lowest !== null && min < lowest);
      if (outside && !breach) pen = false;
      else {
        // Where only a reading was outside and the mean was not, the reading is drawn.
        const inside = (highest === null || value <= highest) && (lowest === null || value >= lowest);
        const y = outside && inside ? (highest !== null && max > highest ? max : min) : value;
        if (pen) pdf.lineTo(xOf(time), yOf(y));
        else
          pdf.moveTo(xOf(time) - (outside || from === to ? 0.6 : 0), yOf(y)).lineTo(xOf(time) + 0.01, yOf(y));
        pen = true;
        drawn = true;
      }
    }
    return drawn;
  };
  pdf.lineJoin('round').lineCap('round');
  if (path(false)) pdf.lineWidth(0.9).strokeColor(colour).stroke();
  if (path(true)) pdf.lineWidth(1.7).strokeColor(ink.fail).stroke();
}

/** Slanted lines over a stretch without data. */
function hatch({ pdf }: Sheet, from: number, top: number, to: number, height: number): void {
  const width = to - from;
  if (!(width > 0.5)) return;
  pdf.save();
  pdf.rect(from, top, width, height).clip();
  pdf.rect(from, top, width, height).fillColor(ink.white).fill();
  for (let x = from - height; x < to; x += 5) pdf.moveTo(x, top + height).lineTo(x + height, top);
  pdf.lineWidth(0.5).strokeColor(ink.hatch).stroke();
  pdf.restore();
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b));
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b));
