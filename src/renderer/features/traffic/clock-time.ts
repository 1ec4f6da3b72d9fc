import { formatTime } from '../../components/format.ts';

/** `09:42:15.214`, local time. */
export function clockTime(timeMs: number): string {
  return `${formatTime(timeMs, true)}.${String(new Date(timeMs).getMilliseconds()).padStart(3, '0')}`;
}
