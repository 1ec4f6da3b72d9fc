import { type FlashPart, md5Of, sectorBytes } from './flash-part.ts';
import type { Loader } from './loader.ts';

/** A stretch of a part, in bytes from its beginning. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export const chunkBytes = 64 * 1024;
/** A part that differs in few places is compared sector by sector there. */
const refinedChunks = 4;
/** Each stretch costs a round trip or two and the start of a new compressed stream. */
const mostStretches = 16;

/**
 * What of a part is not on the flash already, found by MD5 on the chip: nothing, all of it, or some stretches
 * of whole sectors. A part that differs from its beginning on is looked into only at a few places, as reading
 * all of it takes the chip about half a second per MiB.
 *
 * Throws what commands throw.
 */
export async function differences(loader: Loader, part: FlashPart): Promise<readonly Stretch[]> {
  const { length } = part.bytes;
  const all: Stretch = { from: 0, to: length };
  if (length <= chunkBytes) return (await isSame(loader, part, all)) ? [] : [all];
  const head: Stretch = { from: 0, to: sectorBytes };
  if (await isSame(loader, part, head)) {
    if (await isSame(loader, part, all)) return [];
  } else if (await differsAtSamples(loader, part)) {
    return [all];
  }
  return await byChunks(loader, part);
}

async function isSame(loader: Loader, part: FlashPart, { from, to }: Stretch): Promise<boolean> {
  return (
    (await loader.md5(part.offset + from, to - from)) ===
    md5Of(to - from === part.bytes.length ? part.bytes : part.bytes.subarray(from, to))
  );
}

async function differsAtSamples(loader: Loader, part: FlashPart): Promise<boolean> {
  const sectors = Math.floor(part.bytes.length / sectorBytes);
  for (const share of [1 / 4, 1 / 2, 3 / 4]) {
    const from = Math.floor(sectors * share) * sectorBytes;
    const stretch = { from, to: Math.min(from + sectorBytes, part.bytes.length) };
    if (await isSame(loader, part, stretch)) return false;
  }
  return true;
}

async function byChunks(loader: Loader, part: FlashPart): Promise<readonly Stretch[]> {
  const different = await differing(loader, part, { from: 0, to: part.bytes.length }, chunkBytes);
  if (different.length > refinedChunks) return joined(different);
  const sectors: Stretch[] = [];
  for (const chunk of different) sectors.push(...(await differing(loader, part, chunk, sectorBytes)));
  const refined = joined(sectors);
  return refined.length <= mostStretches ? refined : joined(different);
}

async function differing(
  loader: Loader,
  part: FlashPart,
  within: Stretch,
  step: number,
): Promise<readonly Stretch[]> {
  const different: Stretch[] = [];
  for (let { from } = within; from < within.to;) {
    // Chunks end at multiples of their size on the flash, where erase blocks end too.
    const to = Math.min(within.to, (Math.floor((part.offset + from) / step) + 1) * step - part.offset);
    if (!(await isSame(loader, part, { from, to }))) different.push({ from, to });
    from = to;
  }
  return different;
}

function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const out: Stretch[] = [];
  for (const stretch of stretches) {
    const last = out.at(-1);
    if (last !== undefined && last.to === stretch.from)
      out[out.length - 1] = { from: last.from, to: stretch.to };
    else out.push(stretch);
  }
  return out;
}
