/** The round figure at the top of an axis: at least 1, and half of it is round too. */
export function rateTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 10].find((candidate) => candidate * power >= most) ?? 10;
  return step * power;
}
