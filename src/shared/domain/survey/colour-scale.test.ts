import { expect, test } from 'vitest';
import { scaleColour, shareOf, valueScale, type Colour } from './colour-scale.ts';

/** Relative luminance by WCAG 2.2. */
function luminance([r, g, b]: Colour): number {
  const linear = (part: number): number => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

test('the scale gets lighter all the way, so that its order can be seen without seeing colours', () => {
  let last = -1;
  for (let n = 0; n <= 100; n++) {
    const now = luminance(scaleColour(n / 100));
    expect(now).toBeGreaterThan(last);
    last = now;
  }
});

test('beyond its ends, and without a number, the scale has the colours of its ends', () => {
  expect(scaleColour(-3)).toEqual(scaleColour(0));
  expect(scaleColour(7)).toEqual(scaleColour(1));
  expect(scaleColour(Number.NaN)).toEqual(scaleColour(0));
});

test('the ends and ticks of a scale are round numbers around the values', () => {
  expect(valueScale(-84, -58)).toEqual({ from: -85, to: -55, ticks: [-85, -80, -75, -70, -65, -60, -55] });
  expect(valueScale(4.9, 5.1)).toMatchObject({ from: 4.9, to: 5.1 });
  expect(valueScale(5, 5).to).toBeGreaterThan(5);
});

test('a value stands between the ends of its scale', () => {
  const scale = valueScale(-80, -60);
  expect(shareOf(scale, scale.from)).toBe(0);
  expect(shareOf(scale, scale.to)).toBe(1);
  expect(shareOf(scale, (scale.from + scale.to) / 2)).toBeCloseTo(0.5, 12);
  expect(shareOf(scale, -200)).toBe(0);
});
