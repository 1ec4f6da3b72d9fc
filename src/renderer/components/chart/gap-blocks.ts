import type { Gap } from '../../../shared/contract/history.ts';

export interface GapOfLine extends Gap {
  readonly letter: string | null;
}

interface WithGaps {
  readonly letter: string | null;
  readonly gaps: readonly Gap[];
}

/** Hatched blocks: where gaps of several devices overlap, one block stands for all of them. */
export function gapBlocks(lines: readonly WithGaps[], fromMs: number, toMs: number): readonly Gap[] {
  const all = lines
    .flatMap((line) => line.gaps)
    .filter((gap) => gap.toMs > fromMs && gap.fromMs < toMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  const blocks: { fromMs: number; toMs: number }[] = [];
  for (const gap of all) {
    const last = blocks.at(-1);
    if (last !== undefined && gap.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, gap.toMs);
    else blocks.push({ fromMs: gap.fromMs, toMs: gap.toMs });
  }
  return blocks;
}

/** The longest of all gaps that the range shows a part of, with the device that it belongs to. */
export function longestGap(lines: readonly WithGaps[], fromMs: number, toMs: number): GapOfLine | undefined {
  let longest: GapOfLine | undefined;
  for (const { letter, gaps } of lines)
    for (const gap of gaps)
      if (gap.toMs > fromMs && gap.fromMs < toMs)
        if (longest === undefined || gap.toMs - gap.fromMs > longest.toMs - longest.fromMs)
          longest = { ...gap, letter };
  return longest;
}
