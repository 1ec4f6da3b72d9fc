/** Red, green, blue from 0 to 255. */
export type Colour = readonly [number, number, number];

/**
 * Cividis (J. R. Nuñez, C. R. Anderton, R. S. Renslow, PLoS ONE 13 (2018) e0199239) at ten equal steps: made so that
 * people with and without a colour vision deficiency see nearly the same, and light enough at one end and dark enough
 * at the other to survive a grey print.
 */
const cividis: readonly Colour[] = [
  [0x00, 0x20, 0x4d],
  [0x00, 0x33, 0x6f],
  [0x39, 0x48, 0x6b],
  [0x57, 0x5c, 0x6d],
  [0x70, 0x71, 0x73],
  [0x8a, 0x87, 0x79],
  [0xa6, 0x9d, 0x75],
  [0xc4, 0xb5, 0x6c],
  [0xe4, 0xcf, 0x5b],
  [0xff, 0xea, 0x46],
];

/** @param share 0 (lowest, dark) to 1 (highest, light); beyond it the ends */
export function scaleColour(share: number): Colour {
  const place = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (cividis.length - 1);
  const from = cividis[Math.floor(place)] ?? [0, 0, 0];
  const to = cividis[Math.ceil(place)] ?? from;
  const part = place - Math.floor(place);
  const mixed = (n: 0 | 1 | 2): number => Math.round(from[n] + (to[n] - from[n]) * part);
  return [mixed(0), mixed(1), mixed(2)];
}

export interface ValueScale {
  readonly from: number;
  readonly to: number;
  /** Round numbers between both ends, to be written beside the colours. */
  readonly ticks: readonly number[];
}

/** Ends at round numbers around the values, so that the numbers beside the colours can be read. */
export function valueScale(lowest: number, highest: number, mostTicks = 7): ValueScale {
  const span = Math.max(highest - lowest, 0.5);
  const rough = span / (mostTicks - 1);
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * magnitude).find((size) => size >= rough) ?? 10 * magnitude;
  const from = Math.floor(lowest / step) * step;
  let to = Math.ceil(highest / step) * step;
  if (to <= from) to = from + step;
  const count = Math.round((to - from) / step);
  const round = (value: number): number => Number(value.toFixed(6));
  return {
    from: round(from),
    to: round(to),
    ticks: Array.from({ length: count + 1 }, (_, n) => round(from + n * step)),
  };
}

/** Where a value stands between the ends of the scale, 0 to 1. */
export function shareOf(scale: ValueScale, value: number): number {
  return Math.min(1, Math.max(0, (value - scale.from) / (scale.to - scale.from)));
}
