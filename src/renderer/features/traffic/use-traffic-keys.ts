import { useEffect } from 'react';
import { useSettings } from '../../app/live.ts';

/** Space holds and goes on, C copies, P goes to the publish form, / to the filter; none of them where something is typed. */
export function useTrafficKeys(onPause: (() => void) | undefined): void {
  const single = useSettings()?.singleKeyShortcuts ?? true;
  useEffect(() => {
    if (!single) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(takesKeys) !== null) return;
      if (event.key === ' ') {
        // A button takes the space bar itself.
        if (onPause === undefined || (event.target instanceof Element && event.target.closest(takesSpace)))
          return;
        event.preventDefault();
        onPause();
        return;
      }
      const key = event.key.toLowerCase();
      const target =
        key === 'c'
          ? document.querySelector<HTMLElement>('[data-key="c"]')
          : key === 'p' || key === '/'
            ? document.querySelector<HTMLElement>(`[data-focus-key="${key}"]`)
            : null;
      if (target === null) return;
      event.preventDefault();
      if (key === 'c') target.click();
      else target.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onPause, single]);
}

const takesKeys =
  'input:not([type=checkbox]), textarea, select, [contenteditable], [role=combobox], [role=listbox], [role=dialog]';
const takesSpace = 'button, a, summary, input';
