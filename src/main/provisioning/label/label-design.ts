import bwipjs from 'bwip-js/node';
import type { TypeFace } from './type-face.ts';

/** What a label says. The QR code holds `labelText` of it. */
export interface LabelContent {
  /** `1C:69:20:E9:18:24` */
  readonly mac: string;
  readonly name: string;
  readonly siteRef: string;
}

/** Labels on a roll are as wide as they are printed; on a sheet they stand in rows. Millimetres. */
export interface LabelFormat {
  readonly width: number;
  readonly height: number;
  readonly sheet?: {
    readonly width: number;
    readonly height: number;
    readonly columns: number;
    readonly rows: number;
  };
}

export const labelFormats = {
  '62x29': { width: 62, height: 29 },
  '50x30': { width: 50, height: 30 },
  '57x32': { width: 57, height: 32 },
  /** 24 labels of 70 by 37 mm on A4, half a millimetre of paper left above and below. */
  'a4-24': { width: 70, height: 37, sheet: { width: 210, height: 297, columns: 3, rows: 8 } },
} as const satisfies Readonly<Record<string, LabelFormat>>;
export type LabelSize = keyof typeof labelFormats;

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line of text as outlines: `scale` millimetres for one unit of the type face, its baseline at (x, y). */
export interface TextLine {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** One label in millimetres from its upper left corner, black on white. */
export interface LabelDesign {
  readonly modules: readonly Rectangle[];
  readonly lines: readonly TextLine[];
}

/** Plain text, so that any telephone shows it: MAC address, name, site, one a line. */
export function labelText({ mac, name, siteRef }: LabelContent): string {
  return [mac, name, siteRef].filter((line) => line !== '').join('\n');
}

const marginMm = 2;
/** White around a QR code: four modules by ISO 18004; two are what scanners need beside white paper. */
const quietModules = 2;
const largestTextMm = 4.2;
const smallestTextMm = 1.6;

/** Code on the left, text on the right; long names wrap, then shrink, then end in an ellipsis. */
export function designLabel(content: LabelContent, format: LabelFormat, face: TypeFace): LabelDesign {
  const code = qrModules(labelText(content));
  const side = Math.min(format.height - 2 * marginMm, format.width * 0.42);
  const module = side / (code.size + 2 * quietModules);
  const top = (format.height - side) / 2;
  const modules = code.dark.map(({ x, y }) => ({
    x: marginMm + (x + quietModules) * module,
    y: top + (y + quietModules) * module,
    width: module,
    height: module,
  }));
  const left = marginMm + side + 1;
  const room = format.width - marginMm - left;
  const title = content.name === '' ? content.siteRef : content.name;
  const below = [content.name === '' ? '' : content.siteRef, content.mac].filter((line) => line !== '');
  const lowerSize = Math.min(2.8, ...below.map((line) => Math.max(smallestTextMm, room / face.width(line))));
  const titleRoom = format.height - 2 * marginMm - below.length * lowerSize * 1.35;
  const { lines: titleLines, size: titleSize } = fitTitle(title, room, titleRoom, face);
  const heights = [
    ...titleLines.map((text) => ({ text, size: titleSize })),
    ...below.map((text) => ({ text: shortened(text, room / lowerSize, face), size: lowerSize })),
  ];
  const total = heights.reduce((sum, line) => sum + line.size * 1.35, 0);
  let y = (format.height - total) / 2;
  const lines = heights.map(({ text, size }) => {
    y += size * 1.35;
    return { text, x: left, y: y - size * 0.35, scale: size / face.unitsPerEm };
  });
  return { modules, lines };
}

function fitTitle(
  text: string,
  room: number,
  height: number,
  face: TypeFace,
): { readonly lines: readonly string[]; readonly size: number } {
  for (let size = largestTextMm; size >= smallestTextMm; size -= 0.2) {
    const lines = wrapped(text, room / size, face);
    if (lines.length * size * 1.35 <= height && lines.every((line) => face.width(line) <= room / size))
      return { lines, size };
  }
  const most = Math.max(1, Math.floor(height / (smallestTextMm * 1.35)));
  const lines = wrapped(text, room / smallestTextMm, face);
  const kept = lines.slice(0, most - 1);
  const last = lines.slice(most - 1).join(' ');
  return {
    lines: [...kept, last].map((line) => shortened(line, room / smallestTextMm, face)),
    size: smallestTextMm,
  };
}

/** @param ems width of a line, in ems */
function wrapped(text: string, ems: number, face: TypeFace): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && face.width(longer) > ems) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function shortened(text: string, ems: number, face: TypeFace): string {
  if (face.width(text) <= ems) return text;
  const letters = Array.from(text);
  while (letters.length > 1 && face.width(`${letters.join('')}…`) > ems) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** Error correction M: up to 15 % of the code may be dirty or scratched. */
function qrModules(text: string): {
  readonly size: number;
  readonly dark: readonly { readonly x: number; readonly y: number }[];
} {
  // The encoder takes bytes as characters; UTF-8 is what telephones expect.
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  const wish = { bcid: 'qrcode', text: bytes, eclevel: 'M', binarytext: true };
  const [symbol] = bwipjs.raw(wish);
  if (symbol === undefined || !('pixs' in symbol)) throw new Error('the QR encoder gave no modules');
  const { pixs, pixx: size } = symbol;
  const dark = pixs.flatMap((pixel, n) => (pixel === 1 ? [{ x: n % size, y: Math.floor(n / size) }] : []));
  return { size, dark };
}
