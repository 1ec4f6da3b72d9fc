import { formatNumber } from '../format.ts';
import type { Breach } from './breaches.ts';
import { lineStyle, type ChartColours, type LineTone } from './chart-colours.ts';
import { firstAfter, type ChartLine } from './chart-line.ts';
import type { GapOfLine } from './gap-blocks.ts';
import { rowsOf, spreadLabels, topBeside, type Box } from './label-layout.ts';
import { labelFont, paintTag } from './paint-frame.ts';
import { xOf, yOf, type PlotScale } from './plot-scale.ts';

type Context = CanvasRenderingContext2D;

/** Something that happened, drawn as a vertical line with its words. */
export interface ChartMark {
  readonly id: string;
  readonly timeMs: number;
  /** Empty where another chart above says it. */
  readonly text: string;
}

/** Words that only the page's language knows. */
export interface MarkWords {
  readonly gap: (letter: string | null, spanMs: number) => readonly string[];
  readonly breach: (letter: string | null, breach: Breach, limit: string) => string;
  /** `B: door open`: words that belong to the line of a letter. */
  readonly labelled: (letter: string, text: string) => string;
}

const rowHeight = 18;
const markRows = 3;

/**
 * Starts of breaches and annotations; labels that would cover another are left out, their lines are not.
 *
 * @returns where their words stand
 */
export function paintMarks(
  ctx: Context,
  scale: PlotScale,
  what: {
    readonly breaches: readonly (Breach & { readonly line: ChartLine })[];
    readonly marks: readonly ChartMark[];
    readonly colours: ChartColours;
    readonly words: MarkWords;
    /** Where other words stand. */
    readonly taken: readonly Box[];
  },
): readonly Box[] {
  const { colours, words } = what;
  const all = [
    ...what.breaches.map((breach) => ({
      timeMs: breach.fromMs,
      colour: colours.badText,
      stroke: colours.badFill,
      text: words.breach(
        breach.line.letter,
        breach,
        formatNumber(breach.limit, Number.isInteger(breach.limit) ? 0 : 1),
      ),
    })),
    ...what.marks.map(({ timeMs, text }) => ({
      timeMs,
      colour: colours.ink,
      stroke: colours.ink2,
      text: text.length > 40 ? `${text.slice(0, 39)}…` : text,
    })),
  ].filter(({ timeMs }) => timeMs >= scale.fromMs && timeMs <= scale.toMs);
  if (all.length === 0) return [];
  const right = scale.left + scale.width;
  ctx.font = labelFont(colours, 650);
  const placed = all.map((mark) => {
    const x = xOf(scale, mark.timeMs);
    const width = mark.text === '' ? 0 : ctx.measureText(mark.text).width + 10;
    // Beside its line, on the side where there is room.
    const left = x + width > right ? Math.max(scale.left, x - width - 1) : x + 1;
    return { ...mark, x, left, width };
  });
  const topOf = (row: number): number => scale.top + row * rowHeight;
  const rows = rowsOf(placed, Math.min(markRows, Math.floor(scale.height / rowHeight / 2)), (row) =>
    what.taken.filter(({ top, height }) => top < topOf(row) + rowHeight && top + height > topOf(row)),
  );
  for (const { x, stroke } of placed) {
    ctx.strokeStyle = stroke;
    ctx.lineWidth = 1.5;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(Math.round(x) + 0.5, scale.top);
    ctx.lineTo(Math.round(x) + 0.5, scale.top + scale.height);
    ctx.stroke();
  }
  ctx.setLineDash([]);
  return placed.flatMap(({ left, text, colour }, index) => {
    const row = rows[index] ?? null;
    if (row === null || text === '') return [];
    return [paintTag(ctx, text, { x: left, y: topOf(row) + rowHeight / 2, align: 'left' }, colour, colours)];
  });
}

/** The longest gap says of which device it is and how long, where that covers no other words and stays in the plot. */
export function paintGapLabel(
  ctx: Context,
  scale: PlotScale,
  gap: GapOfLine,
  colours: ChartColours,
  words: MarkWords,
  taken: readonly Box[],
): void {
  const from = Math.max(scale.left, xOf(scale, gap.fromMs));
  const to = Math.min(scale.left + scale.width, xOf(scale, gap.toMs));
  const lines = words.gap(gap.letter, gap.toMs - gap.fromMs);
  ctx.font = labelFont(colours, 650);
  const half = Math.max(...lines.map((text) => ctx.measureText(text).width)) / 2 + 6;
  const x = Math.min(scale.left + scale.width - half, Math.max(scale.left + half, (from + to) / 2));
  const height = lines.length * 16 + 4;
  const bottom = scale.top + scale.height;
  const wish = bottom - height - Math.min(12, (scale.height - height) / 2);
  const box = { left: x - half, top: wish, width: half * 2, height };
  const top = box.width > scale.width ? null : topBeside(box, taken, { from: scale.top, to: bottom });
  if (top === null) return;
  ctx.fillStyle = colours.surface;
  ctx.fillRect(x - half, top, half * 2, height);
  ctx.fillStyle = colours.ink2;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  lines.forEach((text, nth) => ctx.fillText(text, x, top + 11 + nth * 16));
}

/** Letter and last value of each line, right of the plot. */
export function paintEndLabels(
  ctx: Context,
  scale: PlotScale,
  what: {
    readonly lines: readonly ChartLine[];
    readonly tone: LineTone;
    readonly colours: ChartColours;
    readonly text: (line: ChartLine, value: number) => string;
  },
): void {
  const ends = what.lines
    .filter((line) => line.letter !== null)
    .flatMap((line) => {
      const value = lastValue(line, scale);
      return value === null ? [] : [{ line, value, at: yOf(scale, value) }];
    });
  const placed = spreadLabels(ends, {
    height: 15,
    from: scale.top - 8,
    to: scale.top + scale.height + 8,
  });
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  ctx.font = labelFont(what.colours, 650);
  ends.forEach(({ line, value }, index) => {
    const y = placed[index] ?? null;
    if (y === null) return;
    ctx.fillStyle = lineStyle(line.slot, what.tone, what.colours).colour;
    ctx.fillText(what.text(line, value), scale.left + scale.width + 8, y);
  });
}

function lastValue(line: ChartLine, scale: PlotScale): number | null {
  for (let index = firstAfter(line.timesMs, scale.toMs) - 1; index >= 0; index--) {
    if ((line.timesMs[index] ?? 0) < scale.fromMs) return null;
    const value = line.avg[index] ?? null;
    if (value !== null) return value;
  }
  return null;
}
