import { breachesToLabel } from './breaches.ts';
import type { ChartColours, LineTone } from './chart-colours.ts';
import type { ChartLine } from './chart-line.ts';
import { gapBlocks, longestGap } from './gap-blocks.ts';
import {
  paintAxes,
  paintGaps,
  paintLimits,
  paintPermitted,
  type FrameWords,
  type LimitSet,
} from './paint-frame.ts';
import { paintLines, type LinesToPaint } from './paint-lines.ts';
import { paintEndLabels, paintGapLabel, paintMarks, type ChartMark, type MarkWords } from './paint-marks.ts';
import type { Margins, PlotScale } from './plot-scale.ts';
import type { ValueAxis } from '../../../shared/domain/value-axis.ts';
import type { ViewRange } from './view-range.ts';

export interface PlotWords extends FrameWords, MarkWords {
  readonly endLabel: (line: ChartLine, value: number) => string;
}

/** All that a chart shows, but for the range and the size. */
export interface PlotSpec {
  readonly lines: readonly ChartLine[];
  readonly tone: LineTone;
  readonly axis: ValueAxis;
  readonly limits: readonly LimitSet[];
  readonly withBand: boolean;
  readonly withGaps: boolean;
  /** The longest gap is named; once is enough for charts over each other. */
  readonly sayGap: boolean;
  readonly marks: readonly ChartMark[];
  readonly words: PlotWords;
}

const breachesLabelled = 3;

/** Room for the labels at the line ends only where there are any. */
export function marginsOf(spec: Pick<PlotSpec, 'lines'>, width: number): Margins {
  const labelled = spec.lines.some((line) => line.letter !== null);
  const narrow = width < 520;
  return { top: 8, right: labelled ? (narrow ? 66 : 84) : 12, bottom: 28, left: narrow ? 36 : 46 };
}

export function scaleOf(
  spec: PlotSpec,
  range: ViewRange,
  size: { readonly width: number; readonly height: number },
): PlotScale {
  const margins = marginsOf(spec, size.width);
  return {
    fromMs: range.fromMs,
    toMs: range.toMs,
    left: margins.left,
    top: margins.top,
    width: Math.max(1, size.width - margins.left - margins.right),
    height: Math.max(1, size.height - margins.top - margins.bottom),
    low: spec.axis.from,
    high: spec.axis.to,
  };
}

/**
 * A whole chart on a canvas whose unit is a CSS pixel.
 *
 * @param drawLines for a chart on the screen, which keeps its lines as a picture; absent, they are drawn in place
 */
export function paintPlot(
  ctx: CanvasRenderingContext2D,
  spec: PlotSpec,
  scale: PlotScale,
  colours: ChartColours,
  drawLines?: () => void,
): void {
  paintPermitted(ctx, scale, spec.limits, colours);
  paintAxes(ctx, scale, spec.axis, colours, spec.words.language);
  if (spec.withGaps) paintGaps(ctx, scale, gapBlocks(spec.lines, scale.fromMs, scale.toMs), colours);
  if (drawLines === undefined) paintClipped(ctx, scale, toPaint(spec, colours));
  else drawLines();
  const limits = paintLimits(ctx, scale, spec.limits, colours, spec.words);
  const marks = paintMarks(ctx, scale, {
    breaches: breachesToLabel(spec.lines, scale.fromMs, scale.toMs, breachesLabelled),
    marks: spec.marks,
    colours,
    words: spec.words,
    taken: limits,
  });
  const gap = spec.withGaps && spec.sayGap ? longestGap(spec.lines, scale.fromMs, scale.toMs) : undefined;
  if (gap !== undefined) paintGapLabel(ctx, scale, gap, colours, spec.words, [...limits, ...marks]);
  paintEndLabels(ctx, scale, { lines: spec.lines, tone: spec.tone, colours, text: spec.words.endLabel });
}

export function toPaint(spec: PlotSpec, colours: ChartColours): LinesToPaint {
  return { lines: spec.lines, tone: spec.tone, withBand: spec.withBand, colours };
}

function paintClipped(ctx: CanvasRenderingContext2D, scale: PlotScale, what: LinesToPaint): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(scale.left, scale.top, scale.width, scale.height);
  ctx.clip();
  paintLines(ctx, scale, what);
  ctx.restore();
}
