import { formatNumber } from '../format.ts';
import { lineStyle, type ChartColours, type LineTone } from './chart-colours.ts';
import { nearestPoint, type ChartLine } from './chart-line.ts';

export interface TooltipWords {
  readonly unit: string;
  readonly digits: number;
  readonly noData: string;
  readonly range: (low: string, high: string) => string;
  readonly local: (timeMs: number) => string;
  readonly utc: (timeMs: number) => string;
}

/** Without a known pace, a reading stands for itself up to this far from the pointer. */
const withinMs = 300_000;
/** A chart that only follows the pointer of another stays free of a box that would cover it. */
const followedLines = 6;

/**
 * What is under the crosshair, in words. Built of plain elements and changed in place: at sixty frames a second this
 * is most of what moving the crosshair costs.
 */
export class PlotTooltip {
  readonly #box = document.createElement('div');
  readonly #local = document.createElement('strong');
  readonly #utc = document.createElement('span');
  readonly #rows = document.createElement('div');
  #cells: { readonly value: HTMLElement; readonly range: HTMLElement }[] = [];
  #lines: readonly ChartLine[] = [];
  #words: TooltipWords | undefined;

  constructor(over: HTMLElement) {
    this.#box.className = 'chart-tip';
    this.#box.hidden = true;
    this.#box.setAttribute('aria-hidden', 'true');
    this.#rows.className = 'chart-tip-rows';
    this.#box.append(this.#local, this.#utc, this.#rows);
    over.append(this.#box);
  }

  show(lines: readonly ChartLine[], tone: LineTone, colours: ChartColours, words: TooltipWords): void {
    this.#lines = lines;
    this.#words = words;
    this.#rows.classList.toggle('many', lines.length > 8);
    this.#cells = [];
    this.#rows.replaceChildren(
      ...lines.flatMap((line) => {
        const [name, value, range] = [0, 1, 2].map(() => document.createElement('span'));
        if (name === undefined || value === undefined || range === undefined) return [];
        name.textContent = line.letter ?? '';
        name.style.color = lineStyle(line.slot, tone, colours).colour;
        range.className = 'unit';
        this.#cells.push({ value, range });
        return [name, value, range];
      }),
    );
  }

  /**
   * @param atMs `undefined`: the crosshair is elsewhere
   * @param place `followed`: the pointer is over another chart, which says the time
   */
  point(
    atMs: number | undefined,
    place: { readonly left: number; readonly width: number; readonly followed: boolean },
  ): void {
    const words = this.#words;
    const hidden =
      atMs === undefined || words === undefined || (place.followed && this.#lines.length > followedLines);
    if (this.#box.hidden !== hidden) this.#box.hidden = hidden;
    if (hidden) return;
    set(this.#local, place.followed ? '' : words.local(atMs));
    set(this.#utc, place.followed ? '' : words.utc(atMs));
    this.#lines.forEach((line, row) => {
      const cell = this.#cells[row];
      if (cell === undefined) return;
      const inGap = line.gaps.some((gap) => gap.fromMs < atMs && gap.toMs > atMs);
      const near = Math.max(line.stepMs, Math.min(line.breakMs, withinMs));
      const index = inGap ? -1 : nearestPoint(line.timesMs, atMs, near);
      const value = line.avg[index] ?? null;
      set(cell.value, value === null ? words.noData : `${formatNumber(value, words.digits)} ${words.unit}`);
      const [low, high] = [line.min[index] ?? null, line.max[index] ?? null];
      set(
        cell.range,
        value === null || line.stepMs === 0 || low === null || high === null
          ? ''
          : words.range(formatNumber(low, words.digits), formatNumber(high, words.digits)),
      );
    });
    // Percent are of its own width, so its size need not be asked for, which would force a layout at every frame.
    const x =
      place.left < place.width / 2
        ? `${Math.round(place.left) + 14}px`
        : `calc(${Math.round(place.left) - 14}px - 100%)`;
    this.#box.style.transform = `translateX(${x})`;
  }
}

function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
