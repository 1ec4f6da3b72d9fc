import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { useEffect, useLayoutEffect, useRef, useState, type ReactElement } from 'react';
import type { ChartView } from './chart-view.ts';
import type { PlotSpec } from './paint-plot.ts';
import { Plot } from './plot.ts';
import type { TooltipWords } from './plot-tooltip.ts';

/**
 * Lines of one measurement over time. Dragging zooms, shift, middle or secondary button pan, the wheel zooms at the
 * pointer, two fingers too; a double click goes back. The chart's numbers are said in words to who cannot see it.
 */
export function TimeSeriesChart(props: {
  readonly view: ChartView;
  readonly spec: PlotSpec;
  readonly tooltip: TooltipWords;
  /** Charts with the same share a crosshair. */
  readonly syncKey: string;
  /** The wheel zooms; a page that scrolls under the pointer leaves it to that. */
  readonly wheel: boolean;
  readonly height: number;
  /** The chart in words. */
  readonly label: string;
  /** Of the drawing area, CSS pixels. */
  readonly onWidth?: (width: number) => void;
}): ReactElement {
  const { view, spec, tooltip, syncKey, wheel, height, onWidth } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>(undefined);
  const newest = useRef({ spec, tooltip });
  newest.current = { spec, tooltip };
  const width = useWidth(place);
  const theme = useTheme();
  useEffect(() => {
    if (width > 0) onWidth?.(width);
  }, [width, onWidth]);
  const ready = width > 0;
  useEffect(() => {
    const { current } = place;
    if (!ready || current === null) return undefined;
    const made = new Plot(current, view, newest.current.spec, {
      size: { width: current.clientWidth, height },
      syncKey,
      wheel,
      tooltip: newest.current.tooltip,
    });
    plot.current = made;
    return () => {
      plot.current = undefined;
      made.destroy();
    };
    // Changes of the rest are shown by the chart that there is.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [ready, view, syncKey, wheel]);
  useEffect(() => {
    plot.current?.show(spec, tooltip);
  }, [spec, tooltip, theme]);
  useEffect(() => {
    if (width > 0) plot.current?.resize({ width, height });
  }, [width, height]);
  return (
    <div className="chart" role="img" aria-label={props.label} style={{ height }}>
      <div ref={place} className="chart-place" />
    </div>
  );
}

function useWidth(place: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const { current } = place;
    if (current === null) return undefined;
    const measure = (): void => setWidth(Math.floor(current.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [place]);
  return width;
}

/** Counts the changes of what a canvas does not follow by itself: the page's colours, and fonts that come late. */
function useTheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const changed = (): void => setChanges((before) => before + 1);
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    document.fonts.addEventListener('loadingdone', changed);
    return () => {
      observer.disconnect();
      document.fonts.removeEventListener('loadingdone', changed);
    };
  }, []);
  return changes;
}
