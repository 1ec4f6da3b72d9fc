/** A label that would like its middle at `at`. */
export interface Wanted {
  readonly at: number;
}

/**
 * Moves labels apart so that none covers another and all stay within `from` to `to`; each stays as near to its place
 * as that allows. Where there is no room for all, the last ones of the list are left out (`null`).
 */
export function spreadLabels(
  wanted: readonly Wanted[],
  options: { readonly height: number; readonly from: number; readonly to: number },
): readonly (number | null)[] {
  const { height, from, to } = options;
  const room = Math.max(0, Math.floor((to - from) / height));
  const order = wanted
    .map(({ at }, index) => ({ at, index }))
    .slice(0, room)
    .sort((a, b) => a.at - b.at || a.index - b.index);
  // Labels that touch become a group around the mean of their places; groups that touch merge.
  const groups: { sum: number; members: number[]; middle: number }[] = [];
  for (const { at, index } of order) {
    groups.push({ sum: at, members: [index], middle: clamp(at, height / 2) });
    for (;;) {
      const [above, last] = groups.slice(-2);
      if (above === undefined || last === undefined) break;
      const needed = ((above.members.length + last.members.length) * height) / 2;
      if (last.middle - above.middle >= needed) break;
      groups.splice(-2);
      const members = [...above.members, ...last.members];
      const sum = above.sum + last.sum;
      groups.push({ sum, members, middle: clamp(sum / members.length, (members.length * height) / 2) });
    }
  }
  const placed: (number | null)[] = wanted.map(() => null);
  for (const { members, middle } of groups)
    members.forEach((index, nth) => {
      placed[index] = middle + (nth - (members.length - 1) / 2) * height;
    });
  return placed;

  function clamp(middle: number, half: number): number {
    return Math.min(to - half, Math.max(from + half, middle));
  }
}

/** Between labels in a row, in pixels. */
const apart = 6;

/** A label along the time axis: where its left edge is, and how wide it is. */
export interface Span {
  readonly left: number;
  readonly width: number;
}

/** Place that a label takes. */
export interface Box extends Span {
  readonly top: number;
  readonly height: number;
}

/**
 * The row of each label, from 0; `null` where it would cover another in every row.
 *
 * @param present what stands in each row already
 */
export function rowsOf(
  spans: readonly Span[],
  rows: number,
  present: (row: number) => readonly Span[] = () => [],
): readonly (number | null)[] {
  const taken: Span[][] = Array.from({ length: rows }, (_, row) => [...present(row)]);
  return spans.map((span) => {
    const row = taken.findIndex((others) => others.every((other) => beside(span, other)));
    if (row === -1) return null;
    taken[row]?.push(span);
    return row;
  });
}

/**
 * Where the top of a label comes to stand that would like it at `box.top`: as near to it as it can without covering one
 * of `taken`, within `from` to `to`; `null` where there is no such place.
 */
export function topBeside(
  box: Box,
  taken: readonly Box[],
  room: { readonly from: number; readonly to: number },
): number | null {
  const inTheWay = taken.filter((other) => !beside(box, other));
  const free = [box.top, ...inTheWay.flatMap(({ top, height }) => [top - box.height, top + height])].filter(
    (top) =>
      top >= room.from &&
      top + box.height <= room.to &&
      inTheWay.every((other) => top + box.height <= other.top || top >= other.top + other.height),
  );
  return free.reduce<number | null>(
    (best, top) => (best === null || Math.abs(top - box.top) < Math.abs(best - box.top) ? top : best),
    null,
  );
}

function beside(a: Span, b: Span): boolean {
  return a.left >= b.left + b.width + apart || a.left + a.width + apart <= b.left;
}
