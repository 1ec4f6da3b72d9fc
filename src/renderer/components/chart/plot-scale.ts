import type { ViewRange } from './view-range.ts';

/** Where times and values are on the canvas, CSS pixels. */
export interface PlotScale extends ViewRange {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly low: number;
  readonly high: number;
}

export const xOf = (scale: PlotScale, atMs: number): number =>
  scale.left + ((atMs - scale.fromMs) / (scale.toMs - scale.fromMs)) * scale.width;

export const yOf = (scale: PlotScale, value: number): number =>
  scale.top + ((scale.high - value) / (scale.high - scale.low)) * scale.height;

/** Room around the plotting area for what is written there. */
export interface Margins {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}
