import { useEffect, useMemo, useRef, useState } from 'react';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { rangeAt, type ChosenRange } from './history-address.ts';

const oftenestMs = 1_000;
const rarestMs = 60_000;

/**
 * The range in milliseconds. One that ends now moves on: when a reading was stored, and by itself about half a pixel
 * at a time, in both cases no oftener than once a second.
 *
 * @param newestMs time of the newest reading of the devices shown
 */
export function useCurrentRange(range: ChosenRange, newestMs: number): ViewRange {
  const [nowMs, setNow] = useState(() => Date.now());
  const follows = range.kind === 'last';
  const spanMs = range.kind === 'last' ? range.spanMs : 0;
  const everyMs = Math.min(rarestMs, Math.max(oftenestMs, spanMs / 2_000));
  const atMostEveryMs = Math.min(rarestMs, Math.max(oftenestMs, spanMs / 20_000));
  const moved = useRef(0);
  useEffect(() => {
    if (!follows) return undefined;
    const move = (): void => {
      moved.current = Date.now();
      setNow(moved.current);
    };
    const waiting = setTimeout(move, Math.max(0, moved.current + atMostEveryMs - Date.now()));
    const timer = setInterval(move, everyMs);
    return () => {
      clearTimeout(waiting);
      clearInterval(timer);
    };
  }, [follows, everyMs, atMostEveryMs, newestMs]);
  return useMemo(() => rangeAt(range, nowMs), [range, nowMs]);
}
