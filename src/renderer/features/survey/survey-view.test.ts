import { describe, expect, it } from 'vitest';
import { fitted, nextLabel, zoomed } from './survey-view.ts';

describe('plan on the screen', () => {
  it('is whole and in the middle', () => {
    expect(fitted({ widthPx: 8_000, heightPx: 6_000 }, { width: 1_000, height: 600 })).toEqual({
      scale: 0.1,
      x: 100,
      y: 0,
    });
  });

  it('keeps the place under the pointer where it is, and stops at its limits', () => {
    const near = zoomed({ x: 100, y: 0, scale: 0.1 }, 2, 300, 200, 0.05);
    expect(near.scale).toBeCloseTo(0.2);
    expect((300 - near.x) / near.scale).toBeCloseTo(2_000);
    expect(zoomed(near, 0.001, 0, 0, 0.05).scale).toBe(0.05);
    expect(zoomed(near, 1_000, 0, 0, 0.05).scale).toBe(8);
  });
});

it('a new point has the next free number', () => {
  expect(nextLabel([])).toBe('P1');
  expect(nextLabel([{ label: 'P3' }, { label: 'Door' }, { label: 'P7' }])).toBe('P8');
});
