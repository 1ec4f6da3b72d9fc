import { useCallback, useLayoutEffect, useState, type RefObject } from 'react';

const overscan = 6;

export interface RowWindow {
  /** First and last row that are drawn; the last is not included. */
  readonly first: number;
  readonly last: number;
  /** Brings a row into sight. */
  show: (row: number) => void;
  /** Whole rows that the view holds. */
  readonly page: number;
}

/** Which of many rows of one height are in sight: the page is told only when that changes. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowHeight: number,
): RowWindow {
  const [seen, setSeen] = useState({ first: 0, visible: 20 });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current === null) return undefined;
    const look = (): void => {
      const first = Math.floor(current.scrollTop / rowHeight);
      const visible = Math.ceil(current.clientHeight / rowHeight) + 1;
      setSeen((before) =>
        before.first === first && before.visible === visible ? before : { first, visible },
      );
    };
    look();
    current.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(current);
    return () => {
      current.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [scroller, rowHeight]);
  const show = useCallback(
    (row: number): void => {
      const { current } = scroller;
      if (current === null) return;
      const top = row * rowHeight;
      if (top < current.scrollTop) current.scrollTo({ top });
      else if (top + rowHeight > current.scrollTop + current.clientHeight)
        current.scrollTo({ top: top + rowHeight - current.clientHeight });
    },
    [scroller, rowHeight],
  );
  const first = Math.max(0, Math.min(seen.first, count) - overscan);
  return {
    first,
    last: Math.min(count, seen.first + seen.visible + overscan),
    show,
    page: Math.max(1, seen.visible - 2),
  };
}
