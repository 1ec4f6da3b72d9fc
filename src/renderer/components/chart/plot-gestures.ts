import type uPlot from 'uplot';
import type { ChartView } from './chart-view.ts';
import type { ViewRange } from './view-range.ts';
import { notBeyond } from './view-range.ts';

/** What a wheel turn of one notch (100 px) multiplies the range by. */
const perPixel = Math.log(1.2) / 100;
const longestTurn = 240;

/** Pan by shift-drag, middle or secondary button; wheel; one and two fingers. Dragging to zoom is uPlot's own. */
export function followGestures(
  over: HTMLElement,
  view: ChartView,
  options: { readonly wheel: boolean },
): () => void {
  const off = new AbortController();
  const { signal } = off;
  const timeAt = (range: ViewRange, clientX: number): number => {
    const { left, width } = over.getBoundingClientRect();
    return range.fromMs + ((clientX - left) / width) * (range.toMs - range.fromMs);
  };
  if (options.wheel)
    over.addEventListener(
      'wheel',
      (event) => {
        event.preventDefault();
        // A wheel that tells lines has about 40 px per line.
        const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 40 : 1;
        const sideways = event.shiftKey ? event.deltaY : event.deltaX;
        if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
          view.shift((sideways * unit) / over.clientWidth);
          return;
        }
        const turn = Math.max(-longestTurn, Math.min(longestTurn, event.deltaY * unit));
        view.zoom(timeAt(view.range, event.clientX), Math.exp(turn * perPixel));
      },
      { passive: false, signal },
    );
  followTouches(over, view, signal);
  return () => off.abort();
}

/**
 * uPlot's listener for the button going down: the primary one without shift selects; any other one pans, and the menu
 * of the secondary one appears only where it did not.
 */
export const panOrSelect =
  (view: ChartView): uPlot.Cursor.MouseListenerFactory =>
  (plot, _target, select) =>
  (event) => {
    if (event.button === 0 && !event.shiftKey) return select(event);
    event.preventDefault();
    const begin = view.range;
    const perPx = (begin.toMs - begin.fromMs) / plot.over.clientWidth;
    let moved = false;
    const off = new AbortController();
    const { signal } = off;
    document.addEventListener(
      'mousemove',
      (move) => {
        const by = (event.clientX - move.clientX) * perPx;
        moved ||= Math.abs(move.clientX - event.clientX) > 3;
        if (moved) view.move(notBeyond({ fromMs: begin.fromMs + by, toMs: begin.toMs + by }, Date.now()));
      },
      { signal },
    );
    plot.over.addEventListener(
      'contextmenu',
      (menu) => {
        if (moved) menu.preventDefault();
      },
      { once: true },
    );
    document.addEventListener('mouseup', () => off.abort(), { once: true, signal });
    return null;
  };

interface Touching {
  readonly pointers: Map<number, number>;
  /** Where the fingers were, and the range then. */
  begin: { readonly range: ViewRange; readonly at: readonly number[] } | undefined;
}

/** One finger moves the range, two spread it; times stay under the fingers. Up and down scrolls the page. */
function followTouches(over: HTMLElement, view: ChartView, signal: AbortSignal): void {
  const touch: Touching = { pointers: new Map(), begin: undefined };
  const restart = (): void => {
    touch.begin = { range: view.range, at: [...touch.pointers.values()] };
  };
  over.addEventListener(
    'pointerdown',
    (event) => {
      if (event.pointerType !== 'touch' || touch.pointers.size >= 2) return;
      touch.pointers.set(event.pointerId, event.clientX);
      restart();
    },
    { signal },
  );
  over.addEventListener(
    'pointermove',
    (event) => {
      if (!touch.pointers.has(event.pointerId) || touch.begin === undefined) return;
      touch.pointers.set(event.pointerId, event.clientX);
      const next = rangeUnder(touch.begin, [...touch.pointers.values()], over.getBoundingClientRect());
      if (next !== undefined) view.move(notBeyond(next, Date.now()));
    },
    { signal },
  );
  for (const name of ['pointerup', 'pointercancel'] as const)
    over.addEventListener(
      name,
      (event) => {
        if (touch.pointers.delete(event.pointerId)) restart();
      },
      { signal },
    );
}

/** The range that keeps the times under the fingers where the fingers now are. */
export function rangeUnder(
  begin: { readonly range: ViewRange; readonly at: readonly number[] },
  now: readonly number[],
  place: { readonly left: number; readonly width: number },
): ViewRange | undefined {
  const { fromMs, toMs } = begin.range;
  const span = toMs - fromMs;
  const [a, b] = begin.at;
  const [c, d] = now;
  if (a === undefined || c === undefined) return undefined;
  const timeOf = (x: number): number => fromMs + ((x - place.left) / place.width) * span;
  if (b === undefined || d === undefined) {
    const by = ((a - c) / place.width) * span;
    return Math.abs(a - c) < 4 ? undefined : { fromMs: fromMs + by, toMs: toMs + by };
  }
  // Fingers that cross or meet would ask for an endless range.
  const apart = Math.sign(b - a) * Math.max(24, Math.abs(d - c));
  const next = Math.max(60_000, ((timeOf(b) - timeOf(a)) / apart) * place.width);
  const start = timeOf(a) - ((c - place.left) / place.width) * next;
  return { fromMs: start, toMs: start + next };
}
