import { breachesOf } from './breaches.ts';
import { lineStyle, styledLines, type ChartColours, type LineTone } from './chart-colours.ts';
import { firstAfter, type ChartLine } from './chart-line.ts';
import type { PlotScale } from './plot-scale.ts';

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface LinesToPaint {
  readonly lines: readonly ChartLine[];
  readonly tone: LineTone;
  readonly withBand: boolean;
  readonly colours: ChartColours;
}

/** Bands, lines and, thicker, what lies outside the limits; nothing is clipped. */
export function paintLines(ctx: Context, scale: PlotScale, what: LinesToPaint): void {
  const { colours, tone } = what;
  // Round joins cost several times the stroke itself, and at half a pixel per point nobody sees them.
  ctx.lineJoin = 'bevel';
  ctx.lineCap = 'butt';
  if (what.withBand)
    for (const line of what.lines)
      if (line.stepMs > 0 && line.slot < styledLines)
        paintBand(ctx, scale, line, lineStyle(line.slot, tone, colours).colour);
  // The first ones last: they lie on top.
  for (const line of what.lines.toReversed()) {
    const style = lineStyle(line.slot, tone, colours);
    ctx.strokeStyle = style.colour;
    ctx.lineWidth = style.width;
    ctx.setLineDash([...style.dash]);
    ctx.beginPath();
    trace(ctx, scale, line, ...shownPoints(line, scale));
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.strokeStyle = colours.badFill;
  for (const line of what.lines) {
    ctx.lineWidth = lineStyle(line.slot, tone, colours).width + 0.8;
    ctx.beginPath();
    for (const { first, last, limit, fromMs, toMs } of breachesOf(line)) {
      if (toMs < scale.fromMs || fromMs > scale.toMs) continue;
      traceCrossing(ctx, scale, line, first - 1, first, limit);
      trace(ctx, scale, line, first, last, true);
      traceCrossing(ctx, scale, line, last + 1, last, limit);
    }
    ctx.stroke();
  }
}

/** First and last point to draw: those in view and one beyond at each side, so that lines run out of the picture. */
function shownPoints(line: ChartLine, scale: PlotScale): [number, number] {
  const { timesMs } = line;
  return [
    Math.max(0, firstAfter(timesMs, scale.fromMs) - 1),
    Math.min(timesMs.length - 1, firstAfter(timesMs, scale.toMs)),
  ];
}

/** The path of a line from one point to another, interrupted by gaps; a point that stands alone is a short dash. */
function trace(
  ctx: Context,
  scale: PlotScale,
  line: ChartLine,
  first: number,
  last: number,
  joined = false,
): void {
  const { timesMs, avg, gaps, breakMs, stepMs } = line;
  const kx = scale.width / (scale.toMs - scale.fromMs);
  const ky = scale.height / (scale.high - scale.low);
  const { left, top, fromMs, high } = scale;
  let gap = firstGapAfter(line, timesMs[first] ?? 0);
  let beforeMs = 0;
  let before = 0;
  let down = joined;
  let alone = false;
  if (joined) {
    beforeMs = timesMs[first] ?? 0;
    before = avg[first] ?? 0;
    ctx.lineTo(left + (beforeMs - fromMs) * kx, top + (high - before) * ky);
  }
  for (let index = joined ? first + 1 : first; index <= last; index++) {
    const value = avg[index];
    const atMs = timesMs[index];
    if (value === null || value === undefined || atMs === undefined) {
      down = false;
      continue;
    }
    const x = left + (atMs - fromMs) * kx;
    const y = top + (high - value) * ky;
    while (gap < gaps.length && (gaps[gap]?.toMs ?? 0) <= beforeMs) gap++;
    if (down && atMs - beforeMs <= breakMs) {
      // Within a bucket and the next, a gap is cut out of the line; where buckets are missing too, the line ends.
      const adjacent = stepMs > 0 && atMs - beforeMs < 1.5 * stepMs;
      for (let open = gaps[gap]; open !== undefined && open.fromMs < atMs; open = gaps[++gap]) {
        alone = false;
        const slope = (value - before) / (atMs - beforeMs);
        const height = (timeMs: number): number => top + (high - before - slope * (timeMs - beforeMs)) * ky;
        if (adjacent && open.fromMs > beforeMs)
          ctx.lineTo(left + (open.fromMs - fromMs) * kx, height(open.fromMs));
        if (!adjacent || open.toMs >= atMs) {
          down = false;
          break;
        }
        ctx.moveTo(left + (open.toMs - fromMs) * kx, height(open.toMs));
      }
    } else down = false;
    if (down) {
      ctx.lineTo(x, y);
      alone = false;
    } else {
      if (alone) ctx.lineTo(left + (beforeMs - fromMs) * kx + 1.5, top + (high - before) * ky);
      ctx.moveTo(x, y);
      down = true;
      alone = true;
    }
    beforeMs = atMs;
    before = value;
  }
  if (alone) ctx.lineTo(left + (beforeMs - fromMs) * kx + 1.5, top + (high - before) * ky);
}

/** From where the line passes the limit, between a point inside and its neighbour outside, to the latter. */
function traceCrossing(
  ctx: Context,
  scale: PlotScale,
  line: ChartLine,
  inside: number,
  outside: number,
  limit: number,
): void {
  const { timesMs, avg } = line;
  const [aMs, bMs] = [timesMs[inside], timesMs[outside] ?? 0];
  const [a, b] = [avg[inside] ?? null, avg[outside] ?? 0];
  const kx = scale.width / (scale.toMs - scale.fromMs);
  const ky = scale.height / (scale.high - scale.low);
  const entering = inside < outside;
  const joined =
    aMs !== undefined && a !== null && a !== b && !hasGap(line, Math.min(aMs, bMs), Math.max(aMs, bMs));
  const crossMs = joined ? bMs + ((aMs - bMs) * (limit - b)) / (a - b) : bMs;
  const x = scale.left + (crossMs - scale.fromMs) * kx;
  const y = scale.top + (scale.high - (joined ? limit : b)) * ky;
  if (entering) ctx.moveTo(x, y);
  else if (joined) ctx.lineTo(x, y);
  // A single reading outside between two gaps would have no length.
  else ctx.lineTo(x + 1.5, y);
}

function hasGap(line: ChartLine, fromMs: number, toMs: number): boolean {
  return toMs - fromMs > line.breakMs || line.gaps.some((gap) => gap.fromMs < toMs && gap.toMs > fromMs);
}

function firstGapAfter(line: ChartLine, atMs: number): number {
  const index = line.gaps.findIndex((gap) => gap.toMs > atMs);
  return index === -1 ? line.gaps.length : index;
}

/** The area between lowest and highest, interrupted where the line is. */
function paintBand(ctx: Context, scale: PlotScale, line: ChartLine, colour: string): void {
  const { timesMs, min, max } = line;
  const kx = scale.width / (scale.toMs - scale.fromMs);
  const ky = scale.height / (scale.high - scale.low);
  const [first, last] = shownPoints(line, scale);
  const x = (index: number): number => scale.left + ((timesMs[index] ?? 0) - scale.fromMs) * kx;
  const y = (value: number): number => scale.top + (scale.high - value) * ky;
  ctx.fillStyle = colour;
  ctx.globalAlpha = 0.17;
  ctx.beginPath();
  let begun = -1;
  let gap = firstGapAfter(line, timesMs[first] ?? 0);
  const close = (end: number): void => {
    if (begun === -1) return;
    // A bucket that stands alone is as wide as it is long.
    const half = begun === end ? Math.max(0.75, (line.stepMs * kx) / 2) : 0;
    for (let index = begun; index <= end; index++) {
      const at = y(max[index] ?? 0);
      if (index === begun) ctx.moveTo(x(index) - half, at);
      ctx.lineTo(x(index) + half, at);
    }
    for (let index = end; index >= begun; index--) ctx.lineTo(x(index) + half, y(min[index] ?? 0));
    if (half > 0) ctx.lineTo(x(begun) - half, y(min[begun] ?? 0));
    ctx.closePath();
    begun = -1;
  };
  for (let index = first; index <= last; index++) {
    const atMs = timesMs[index] ?? 0;
    if ((min[index] ?? null) === null || (max[index] ?? null) === null) {
      close(index - 1);
      continue;
    }
    if (begun !== -1) {
      const beforeMs = timesMs[index - 1] ?? 0;
      while (gap < line.gaps.length && (line.gaps[gap]?.toMs ?? 0) <= beforeMs) gap++;
      const inGap = (line.gaps[gap]?.fromMs ?? Infinity) < atMs;
      if (inGap || atMs - beforeMs > line.breakMs) close(index - 1);
    }
    if (begun === -1) begun = index;
  }
  close(last);
  ctx.fill();
  ctx.globalAlpha = 1;
}
