import type { ReportText } from './report-text.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const stepsMs = [
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * minuteMs),
  ...[1, 2, 7, 14, 30, 61, 122, 183, 365].map((days) => days * dayMs),
];

/** Round times of the report's own clock, at most `atMost`; midnights carry the date. */
export function reportTicks(
  fromMs: number,
  toMs: number,
  atMost: number,
  text: ReportText,
): readonly { readonly atMs: number; readonly label: string }[] {
  const span = toMs - fromMs;
  if (!(span > 0)) return [];
  const step = stepsMs.find((candidate) => span / candidate <= atMost) ?? span / atMost;
  const ticks: { atMs: number; label: string }[] = [];
  const first = Math.ceil((fromMs + text.zoneOffset(fromMs)) / step) * step;
  for (let wall = first; ; wall += step) {
    // The offset of that very moment: it changes in the middle of the axis twice a year.
    const guess = wall - text.zoneOffset(wall - text.zoneOffset(fromMs));
    if (guess > toMs) return ticks;
    if (guess < fromMs) continue;
    ticks.push({ atMs: guess, label: wall % dayMs === 0 ? text.dayMonth(guess) : text.clock(guess) });
  }
}
