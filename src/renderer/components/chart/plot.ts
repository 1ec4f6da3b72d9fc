import uPlot from 'uplot';
import { readColours, type ChartColours } from './chart-colours.ts';
import type { ChartView } from './chart-view.ts';
import { LineLayer } from './line-layer.ts';
import type { LinesToPaint } from './paint-lines.ts';
import { marginsOf, paintPlot, scaleOf, toPaint, type PlotSpec } from './paint-plot.ts';
import { followGestures, panOrSelect } from './plot-gestures.ts';
import { PlotTooltip, type TooltipWords } from './plot-tooltip.ts';
import { selectedRange } from './view-range.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * A chart on uPlot. uPlot has the canvas, the scales, the crosshair shared with other charts, and the selection; its
 * columns share one time axis, which readings of several devices do not, so the lines are drawn here.
 */
export class Plot {
  readonly #view: ChartView;
  readonly #plot: uPlot;
  readonly #layer = new LineLayer();
  readonly #tooltip: PlotTooltip;
  readonly #off: (() => void)[] = [];
  #spec: PlotSpec;
  #colours: ChartColours;
  #toPaint: LinesToPaint;
  #selecting = false;
  #frame = 0;

  constructor(
    place: HTMLElement,
    view: ChartView,
    spec: PlotSpec,
    options: {
      readonly size: Size;
      readonly syncKey: string;
      readonly wheel: boolean;
      readonly tooltip: TooltipWords;
    },
  ) {
    this.#view = view;
    this.#spec = spec;
    this.#colours = readColours();
    this.#toPaint = toPaint(spec, this.#colours);
    this.#plot = new uPlot(
      {
        ...options.size,
        // Fixed by the chart's own words, whatever uPlot would make of them.
        padding: [
          () => this.#margins().top,
          () => this.#margins().right,
          () => this.#margins().bottom,
          () => this.#margins().left,
        ],
        legend: { show: false },
        scales: {
          x: { time: false, range: () => [this.#view.range.fromMs, this.#view.range.toMs] },
          y: { range: () => [this.#spec.axis.from, this.#spec.axis.to] },
        },
        axes: [{ show: false }, { show: false }],
        series: [{}, { scale: 'y', points: { show: false }, paths: () => null }],
        cursor: {
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 4 },
          sync: { key: options.syncKey, scales: ['x', null] },
          bind: {
            mousedown: (plot, target, handler) =>
              panOrSelect(view)(plot, target, (event) => {
                this.#selecting = true;
                return handler(event);
              }),
            dblclick: () => () => {
              view.reset();
              return null;
            },
          },
        },
        hooks: {
          draw: [(plot) => this.#draw(plot)],
          setCursor: [(plot) => this.#point(plot)],
          setSelect: [(plot) => this.#selected(plot)],
        },
      },
      this.#dummy(),
      place,
    );
    this.#tooltip = new PlotTooltip(this.#plot.over);
    this.#tooltip.show(spec.lines, spec.tone, this.#colours, options.tooltip);
    this.#off.push(
      followGestures(this.#plot.over, view, options),
      view.subscribe(() => this.#soon()),
      () => cancelAnimationFrame(this.#frame),
    );
  }

  show(spec: PlotSpec, tooltip: TooltipWords): void {
    this.#spec = spec;
    this.#colours = readColours();
    this.#toPaint = toPaint(spec, this.#colours);
    this.#tooltip.show(spec.lines, spec.tone, this.#colours, tooltip);
    this.#plot.setData(this.#dummy());
    this.#point(this.#plot);
  }

  resize(size: Size): void {
    if (size.width !== this.#plot.width || size.height !== this.#plot.height) this.#plot.setSize(size);
  }

  destroy(): void {
    for (const off of this.#off) off();
    this.#plot.destroy();
  }

  /** uPlot wants data before it has scales; the ends of the range are enough for the crosshair. */
  #dummy(): uPlot.AlignedData {
    const { fromMs, toMs } = this.#view.range;
    return [
      [fromMs, toMs],
      [null, null],
    ];
  }

  /** Drawn once a frame, however many events come in between. */
  #soon(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#plot.setData(this.#dummy()));
  }

  #margins(): ReturnType<typeof marginsOf> {
    return marginsOf(this.#spec, this.#plot?.width ?? 800);
  }

  #draw(plot: uPlot): void {
    const { ctx } = plot;
    const ratio = uPlot.pxRatio;
    const scale = scaleOf(this.#spec, this.#view.range, plot);
    ctx.save();
    ctx.scale(ratio, ratio);
    paintPlot(ctx, this.#spec, scale, this.#colours, () =>
      this.#layer.paint(ctx, scale, this.#toPaint, { moving: this.#view.moving, ratio }),
    );
    ctx.restore();
  }

  #point(plot: uPlot): void {
    const { left = -10 } = plot.cursor;
    const followed = plot.cursor.event === undefined || plot.cursor.event === null;
    this.#tooltip?.point(left < 0 ? undefined : plot.posToVal(left, 'x'), {
      left,
      width: plot.bbox.width / uPlot.pxRatio,
      followed,
    });
  }

  /** Other charts are told of a selection too; only the one under the pointer acts on it. */
  #selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width > 0) plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (!this.#selecting || width <= 0) return;
    this.#selecting = false;
    const range = selectedRange(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
    if (range !== undefined) this.#view.choose(range);
  }
}
