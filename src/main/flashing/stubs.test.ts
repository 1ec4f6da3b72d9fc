import { getStubJsonByChipName } from 'esptool-js/lib/stubFlasher.js';
import { describe, expect, it } from 'vitest';
import { chips } from './chips/chip-table.ts';
import { loadStub } from './stubs.ts';

describe('stubs', () => {
  it.each(chips.map((chip) => [chip.name, chip] as const))(
    'of %s is the one of esptool-js',
    async (name, chip) => {
      for (const revision of [1, 3]) {
        const theirs = await getStubJsonByChipName(name, revision * 100);
        const ours = await loadStub(chip, revision);
        if (theirs === undefined) {
          expect(ours).toBeNull();
          continue;
        }
        expect(ours?.entry).toBe(theirs.entry);
        expect(ours?.pieces.map((piece) => piece.address)).toEqual([theirs.text_start, theirs.data_start]);
        expect(ours?.pieces[0]?.bytes.equals(theirs.decodedText)).toBe(true);
        expect(ours?.pieces[1]?.bytes.equals(theirs.decodedData)).toBe(true);
      }
    },
  );
});
