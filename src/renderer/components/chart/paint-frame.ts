import { formatNumber } from '../format.ts';
import type { ChartColours } from './chart-colours.ts';
import { spreadLabels, type Box } from './label-layout.ts';
import { xOf, yOf, type PlotScale } from './plot-scale.ts';
import { timeTicks } from './time-axis.ts';
import type { ValueAxis } from '../../../shared/domain/value-axis.ts';
import type { Gap } from '../../../shared/contract/history.ts';

type Context = CanvasRenderingContext2D;

/** Limits that hold for the lines of a chart: several sets where devices of several zones are compared. */
export interface LimitSet {
  readonly min: number | null;
  readonly max: number | null;
  /** In front of its labels where there are several sets: the letters of its devices. */
  readonly letters: string;
}

/** Words that only the page's language knows. */
export interface FrameWords {
  readonly language: string;
  readonly limitMax: (value: string) => string;
  readonly limitMin: (value: string) => string;
}

export const labelFont = (colours: ChartColours, weight = 400): string => `${weight} 12px ${colours.font}`;

/** The permitted band, where there is one set of limits; several tints over each other would tell nothing. */
export function paintPermitted(
  ctx: Context,
  scale: PlotScale,
  sets: readonly LimitSet[],
  colours: ChartColours,
): void {
  const [only] = sets;
  if (only === undefined || sets.length > 1 || (only.min === null && only.max === null)) return;
  const top = only.max === null ? scale.top : Math.max(scale.top, yOf(scale, only.max));
  const bottom =
    only.min === null ? scale.top + scale.height : Math.min(scale.top + scale.height, yOf(scale, only.min));
  if (bottom <= top) return;
  ctx.globalAlpha = 0.62;
  ctx.fillStyle = colours.band;
  ctx.fillRect(scale.left, top, scale.width, bottom - top);
  ctx.globalAlpha = 1;
}

/** Grid, ticks and what is written at them. */
export function paintAxes(
  ctx: Context,
  scale: PlotScale,
  axis: ValueAxis,
  colours: ChartColours,
  language: string,
): void {
  const { left, top, width, height } = scale;
  const bottom = top + height;
  ctx.lineWidth = 1;
  ctx.strokeStyle = colours.grid;
  ctx.fillStyle = colours.ink2;
  ctx.font = labelFont(colours);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'right';
  const ticks = timeTicks(scale.fromMs, scale.toMs, Math.max(2, Math.floor(width / 84)), language);
  ctx.beginPath();
  for (const tick of axis.ticks) {
    const y = crisp(yOf(scale, tick));
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.fillText(formatNumber(tick, axis.digits), left - 11, y);
  }
  for (const { atMs } of ticks) {
    const x = crisp(xOf(scale, atMs));
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
  }
  ctx.stroke();
  ctx.strokeStyle = colours.hatch;
  ctx.beginPath();
  for (const tick of axis.ticks) {
    const y = crisp(yOf(scale, tick));
    ctx.moveTo(left - 6, y);
    ctx.lineTo(left, y);
  }
  ctx.textAlign = 'center';
  for (const { atMs, label, midnight } of ticks) {
    const x = crisp(xOf(scale, atMs));
    ctx.moveTo(x, bottom);
    ctx.lineTo(x, bottom + 5);
    ctx.font = labelFont(colours, midnight ? 550 : 400);
    ctx.fillText(label, x, bottom + 15);
  }
  ctx.stroke();
}

/** Dashed edges with "max 8" and "min 2" on them. @returns where their words stand */
export function paintLimits(
  ctx: Context,
  scale: PlotScale,
  sets: readonly LimitSet[],
  colours: ChartColours,
  words: FrameWords,
): readonly Box[] {
  ctx.strokeStyle = colours.bandEdge;
  ctx.lineWidth = 1.4;
  ctx.setLineDash([6, 4]);
  const labels = new Map<
    string,
    { readonly text: string; readonly at: number; readonly letters: string[] }
  >();
  ctx.beginPath();
  for (const { min, max, letters } of sets)
    for (const [value, word] of [
      [max, words.limitMax],
      [min, words.limitMin],
    ] as const) {
      if (value === null || value < scale.low || value > scale.high) continue;
      const y = yOf(scale, value);
      ctx.moveTo(scale.left, y);
      ctx.lineTo(scale.left + scale.width, y);
      const text = word(formatNumber(value, Number.isInteger(value) ? 0 : 1));
      const label = labels.get(text) ?? { text, at: y, letters: [] };
      labels.set(text, label);
      if (letters !== '') label.letters.push(letters);
    }
  ctx.stroke();
  ctx.setLineDash([]);
  const all = [...labels.values()];
  const places = spreadLabels(all, {
    height: tagHeight,
    from: scale.top - tagHeight / 2,
    to: scale.top + scale.height + tagHeight / 2,
  });
  return all.flatMap(({ text, letters }, index) => {
    const y = places[index] ?? null;
    if (y === null) return [];
    const whole = [...letters, text].join(' ');
    return [paintTag(ctx, whole, { x: scale.left + 8, y, align: 'left' }, colours.okText, colours)];
  });
}

const tagHeight = 18;

/** Text on a piece of the page's ground, so that lines do not run through it. @returns that piece */
export function paintTag(
  ctx: Context,
  text: string,
  place: { readonly x: number; readonly y: number; readonly align: 'left' | 'right' | 'center' },
  colour: string,
  colours: ChartColours,
): Box {
  ctx.font = labelFont(colours, 650);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  const width = ctx.measureText(text).width;
  const shift = place.align === 'left' ? 0 : place.align === 'right' ? width + 10 : width / 2 + 5;
  ctx.fillStyle = colours.surface;
  const box = {
    left: place.x - shift,
    top: place.y - tagHeight / 2,
    width: width + 10,
    height: tagHeight,
  };
  ctx.fillRect(box.left, box.top, box.width, box.height);
  ctx.fillStyle = colour;
  ctx.fillText(text, box.left + 5, place.y + 0.5);
  return box;
}

const hatches = new Map<string, CanvasPattern | null>();

/** Blocks without data: hatched, with an edge at both sides. */
export function paintGaps(
  ctx: Context,
  scale: PlotScale,
  blocks: readonly Gap[],
  colours: ChartColours,
): void {
  const pattern = hatchOf(ctx, colours.hatch);
  const [left, right] = [scale.left, scale.left + scale.width];
  for (const block of blocks) {
    const from = Math.max(left, xOf(scale, block.fromMs));
    const to = Math.min(right, xOf(scale, block.toMs));
    const width = Math.max(1.5, to - from);
    ctx.fillStyle = colours.surface;
    ctx.fillRect(from, scale.top, width, scale.height);
    if (pattern !== null && width > 3) {
      ctx.fillStyle = pattern;
      ctx.fillRect(from, scale.top, width, scale.height);
    }
    ctx.fillStyle = colours.hatch;
    ctx.fillRect(from, scale.top, 1, scale.height);
    ctx.fillRect(from + width - 1, scale.top, 1, scale.height);
  }
}

function hatchOf(ctx: Context, colour: string): CanvasPattern | null {
  const ready = hatches.get(colour);
  if (ready !== undefined) return ready;
  const tile = document.createElement('canvas');
  tile.width = 8;
  tile.height = 8;
  const pen = tile.getContext('2d');
  if (pen !== null) {
    pen.strokeStyle = colour;
    pen.globalAlpha = 0.75;
    pen.beginPath();
    for (const shift of [-8, 0, 8]) {
      pen.moveTo(shift - 1, 9);
      pen.lineTo(shift + 9, -1);
    }
    pen.stroke();
  }
  const made = ctx.createPattern(tile, 'repeat');
  hatches.set(colour, made);
  return made;
}

const crisp = (at: number): number => Math.round(at) + 0.5;
