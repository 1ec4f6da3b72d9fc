import { zoomAt, shifted, type ViewRange } from './view-range.ts';

/** A gesture has come to rest when nothing moved for so long: then the page asks for the points. */
const restMs = 150;

interface ViewPage {
  /** A gesture has ended. */
  onRest(range: ViewRange): void;
  /** Double click, double tap, the key 0. */
  onReset(): void;
}

/**
 * The range that the charts of a page share. They follow a gesture from here at every frame, without the page; the
 * page is told at rest.
 */
export class ChartView {
  readonly #listeners = new Set<() => void>();
  #range: ViewRange;
  #moving = false;
  #rest: ReturnType<typeof setTimeout> | undefined;
  #page: ViewPage | undefined;

  constructor(range: ViewRange) {
    this.#range = range;
  }

  /** Who is told; the last one that says so. */
  tell(page: ViewPage): void {
    this.#page = page;
  }

  get range(): ViewRange {
    return this.#range;
  }

  /** A gesture runs: what was drawn may be moved instead of being drawn anew. */
  get moving(): boolean {
    return this.#moving;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** From the page; a running gesture is not disturbed. */
  show(range: ViewRange): void {
    if (this.#moving || (range.fromMs === this.#range.fromMs && range.toMs === this.#range.toMs)) return;
    this.#set(range);
  }

  /** A range chosen at once. */
  choose(range: ViewRange): void {
    this.#end();
    this.#set(range);
    this.#page?.onRest(range);
  }

  zoom(atMs: number, factor: number): void {
    this.move(zoomAt(this.#range, atMs, factor, Date.now()));
  }

  shift(part: number): void {
    this.move(shifted(this.#range, part, Date.now()));
  }

  /** One step of a gesture. */
  move(range: ViewRange): void {
    this.#moving = true;
    this.#set(range);
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => this.#settle(), restMs);
  }

  reset(): void {
    this.#end();
    this.#page?.onReset();
  }

  #settle(): void {
    this.#end();
    this.#redraw();
    this.#page?.onRest(this.#range);
  }

  #end(): void {
    clearTimeout(this.#rest);
    this.#moving = false;
  }

  #set(range: ViewRange): void {
    this.#range = range;
    this.#redraw();
  }

  #redraw(): void {
    for (const listener of this.#listeners) listener();
  }
}
