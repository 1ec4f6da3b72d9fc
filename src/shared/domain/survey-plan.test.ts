import { describe, expect, it } from 'vitest';
import { isInside, pixelsPerMetre } from './survey-plan.ts';

describe('scale of a plan', () => {
  it('is the marked distance in pixels for each metre', () => {
    expect(pixelsPerMetre({ a: [100, 100], b: [400, 500], metres: 10 })).toBe(50);
  });

  it('is none without marks, or with marks almost on each other', () => {
    expect(pixelsPerMetre(null)).toBeNull();
    expect(pixelsPerMetre({ a: [100, 100], b: [104, 103], metres: 10 })).toBeNull();
  });
});

describe('inside of an outline', () => {
  const letterL = [
    [0, 0],
    [10, 0],
    [10, 10],
    [5, 10],
    [5, 5],
    [0, 5],
  ] as const;

  it.each([
    [2, 2, true],
    [7, 8, true],
    [2, 8, false],
    [11, 2, false],
    [-1, 5, false],
  ])('(%d, %d): %s', (x, y, inside) => expect(isInside(x, y, letterL)).toBe(inside));
});
