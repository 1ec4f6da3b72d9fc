import { paintLines, type LinesToPaint } from './paint-lines.ts';
import type { PlotScale } from './plot-scale.ts';

/** A gesture waits for no drawing that takes longer: until it rests, what was drawn is stretched instead. */
const quickMs = 6;

/**
 * The lines of a chart as a picture of their own. While a gesture runs it is moved or stretched, which costs a
 * fraction of drawing some ten thousand segments at every frame.
 */
export class LineLayer {
  readonly #canvas = document.createElement('canvas');
  #drawn: { readonly scale: PlotScale; readonly what: LinesToPaint; readonly ratio: number } | undefined;
  #costMs = 0;

  /** Puts the lines onto a canvas whose unit is a CSS pixel; `ratio` is that of its own pixels to these. */
  paint(
    ctx: CanvasRenderingContext2D,
    scale: PlotScale,
    what: LinesToPaint,
    options: { readonly moving: boolean; readonly ratio: number },
  ): void {
    if (!this.#serves(scale, what, options)) this.#draw(scale, what, options.ratio);
    const drawn = this.#drawn?.scale ?? scale;
    const perMs = scale.width / (scale.toMs - scale.fromMs);
    const width = (drawn.toMs - drawn.fromMs) * perMs;
    const shift = (drawn.fromMs - scale.fromMs) * perMs;
    const whole = Math.round(shift * options.ratio) / options.ratio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(scale.left, scale.top, scale.width, scale.height);
    ctx.clip();
    ctx.drawImage(this.#canvas, scale.left + whole, scale.top, width, scale.height);
    ctx.restore();
  }

  #serves(scale: PlotScale, what: LinesToPaint, options: { moving: boolean; ratio: number }): boolean {
    const drawn = this.#drawn;
    if (drawn === undefined || drawn.what !== what || drawn.ratio !== options.ratio) return false;
    const before = drawn.scale;
    const samePlace =
      before.width === scale.width &&
      before.height === scale.height &&
      before.low === scale.low &&
      before.high === scale.high;
    if (!samePlace) return false;
    if (before.fromMs === scale.fromMs && before.toMs === scale.toMs) return true;
    if (!options.moving) return false;
    const sameSpan = Math.abs(before.toMs - before.fromMs - (scale.toMs - scale.fromMs)) < 2;
    return sameSpan || this.#costMs > quickMs;
  }

  #draw(scale: PlotScale, what: LinesToPaint, ratio: number): void {
    const begun = performance.now();
    const [width, height] = [Math.round(scale.width * ratio), Math.round(scale.height * ratio)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    const ctx = this.#canvas.getContext('2d');
    if (ctx === null) return;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, width, height);
    ctx.setTransform(width / scale.width, 0, 0, height / scale.height, 0, 0);
    paintLines(ctx, { ...scale, left: 0, top: 0 }, what);
    this.#drawn = { scale, what, ratio };
    this.#costMs = performance.now() - begun;
  }
}
