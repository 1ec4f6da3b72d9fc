import { readFile } from 'node:fs/promises';
import { create, type Font } from 'fontkit';

/** One step of an outline, in units of the type face with y upwards. */
export interface OutlineStep {
  readonly command: 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'bezierCurveTo' | 'closePath';
  readonly args: readonly number[];
}

/**
 * The application's own type face as outlines. Embedding it is not possible: the subset writer of the font library
 * fails on composite letters of woff2 files (é, à). Outlines also print alike everywhere.
 */
export interface TypeFace {
  readonly unitsPerEm: number;
  /** Of a line, in ems. */
  width(text: string): number;
  outline(text: string): readonly OutlineStep[];
}

/** @param path the woff2 file of Atkinson Hyperlegible Next, which the screens use too */
export async function loadTypeFace(path: string): Promise<TypeFace> {
  const font = create(await readFile(path)) as Font;
  return {
    unitsPerEm: font.unitsPerEm,
    width: (text) => font.layout(text).advanceWidth / font.unitsPerEm,
    outline: (text) => {
      const run = font.layout(text);
      let x = 0;
      return run.glyphs.flatMap((glyph, n) => {
        const position = run.positions[n];
        const dx = x + (position?.xOffset ?? 0);
        const dy = position?.yOffset ?? 0;
        x += position?.xAdvance ?? glyph.advanceWidth;
        return glyph.path.commands.map(({ command, args }) => ({
          command,
          args: args.map((value, at) => value + (at % 2 === 0 ? dx : dy)),
        }));
      });
    },
  };
}
