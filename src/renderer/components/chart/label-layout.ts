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

/** A label along the time axis: where its left edge is, and how wide it is. */
export interface Span {
  readonly left: number;
  readonly width: number;
}

/** The row of each label, from 0; `null` where it would cover another in every row. */
export function rowsOf(spans: readonly Span[], rows: number, apart = 6): readonly (number | null)[] {
  const taken: Span[][] = Array.from({ length: rows }, () => []);
  return spans.map((span) => {
    const row = taken.findIndex((others) =>
      others.every(
        (other) =>
          span.left >= other.left + other.width + apart || span.left + span.width + apart <= other.left,
      ),
    );
    if (row === -1) return null;
    taken[row]?.push(span);
    return row;
  });
}
