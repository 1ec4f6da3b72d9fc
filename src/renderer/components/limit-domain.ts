/** The range that a scale shows: the permitted band is always its middle half. */
export interface ScaleDomain {
  readonly from: number;
  readonly to: number;
}

/** `undefined` where a side has no limit: then there is no band to show. */
export function domainOf(min: number | null, max: number | null): ScaleDomain | undefined {
  if (min === null || max === null || min >= max) return undefined;
  const half = (max - min) / 2;
  return { from: min - half, to: max + half };
}

/** Position in 0..1, clamped at the edges. */
export function positionIn({ from, to }: ScaleDomain, value: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** One tick per unit, or per a rounder step where units would stand too close; longer every five. */
export function ticksOf({
  from,
  to,
}: ScaleDomain): readonly { readonly at: number; readonly long: boolean }[] {
  const span = to - from;
  const step =
    (span < 4 ? [0.1, 0.2, 0.5] : [1, 2, 5, 10, 20]).find((candidate) => span / candidate <= 24) ?? 50;
  const ticks: { at: number; long: boolean }[] = [];
  for (let index = Math.ceil(from / step - 1e-9); index * step <= to + 1e-9; index++)
    ticks.push({ at: index * step, long: index % 5 === 0 });
  return ticks;
}

export function isOutside(value: number | null, min: number | null, max: number | null): boolean {
  return value !== null && ((min !== null && value < min) || (max !== null && value > max));
}
