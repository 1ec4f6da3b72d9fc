import { useEffect } from 'react';
import { useSettings } from '../../app/live.ts';
import type { ChartView } from '../../components/chart/chart-view.ts';

const shiftPart = 0.25;
const zoomFactor = 0.5;

/** Left and Right shift the range, + and - zoom at its middle, 0 goes back; none of them where something is typed. */
export function useHistoryKeys(view: ChartView): void {
  const single = useSettings()?.singleKeyShortcuts ?? true;
  useEffect(() => {
    if (!single) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.target instanceof Element && event.target.closest(takesKeys) !== null) return;
      const { fromMs, toMs } = view.range;
      const middle = (fromMs + toMs) / 2;
      if (event.key === 'ArrowLeft') view.shift(-shiftPart);
      else if (event.key === 'ArrowRight') view.shift(shiftPart);
      else if (event.key === '+' || event.key === '=') view.zoom(middle, zoomFactor);
      else if (event.key === '-') view.zoom(middle, 1 / zoomFactor);
      else if (event.key === '0') view.reset();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [view, single]);
}

/** Fields, and what moves by arrow keys itself. */
const takesKeys =
  'input:not([type=checkbox]), textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=dialog]';
