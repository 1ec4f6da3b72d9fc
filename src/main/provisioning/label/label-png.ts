import { crc32, deflateSync } from 'node:zlib';
import { designLabel, type LabelContent, type LabelFormat } from './label-design.ts';
import type { OutlineStep, TypeFace } from './type-face.ts';

/** What label printers have: 300 dots per inch. */
const dotsPerMm = 300 / 25.4;
/** Rows looked at within one dot, so that text has smooth edges. */
const subRows = 4;
const curvePieces = 8;

interface Edge {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

/** One label as a grey PNG of 300 dots per inch; always the same bytes for the same label. */
export function labelPng(label: LabelContent, format: LabelFormat, face: TypeFace): Uint8Array {
  const width = Math.round(format.width * dotsPerMm);
  const height = Math.round(format.height * dotsPerMm);
  const design = designLabel(label, format, face);
  const ink = new Float32Array(width * height);
  for (const module of design.modules) {
    // On whole dots, so that the modules of a code are sharp.
    const [left, top] = [Math.round(module.x * dotsPerMm), Math.round(module.y * dotsPerMm)];
    const right = Math.round((module.x + module.width) * dotsPerMm);
    const bottom = Math.round((module.y + module.height) * dotsPerMm);
    for (let y = top; y < bottom; y += 1) ink.fill(1, y * width + left, y * width + right);
  }
  for (const line of design.lines) {
    const scale = line.scale * dotsPerMm;
    const edges = edgesOf(face.outline(line.text)).map((edge) => ({
      x0: line.x * dotsPerMm + edge.x0 * scale,
      y0: line.y * dotsPerMm - edge.y0 * scale,
      x1: line.x * dotsPerMm + edge.x1 * scale,
      y1: line.y * dotsPerMm - edge.y1 * scale,
    }));
    fillEdges(ink, width, height, edges);
  }
  return encodePng(ink, width, height);
}

/** Curves become short straight pieces. */
function edgesOf(outline: readonly OutlineStep[]): readonly Edge[] {
  const edges: Edge[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const to = (nextX: number, nextY: number): void => {
    edges.push({ x0: x, y0: y, x1: nextX, y1: nextY });
    [x, y] = [nextX, nextY];
  };
  for (const { command, args } of outline) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
    if (command === 'moveTo') [x, y, startX, startY] = [a, b, a, b];
    else if (command === 'lineTo') to(a, b);
    else if (command === 'closePath') to(startX, startY);
    else {
      const [fromX, fromY] = [x, y];
      for (let n = 1; n <= curvePieces; n += 1) {
        const t = n / curvePieces;
        const u = 1 - t;
        if (command === 'quadraticCurveTo')
          to(u * u * fromX + 2 * u * t * a + t * t * c, u * u * fromY + 2 * u * t * b + t * t * d);
        else
          to(
            u ** 3 * fromX + 3 * u * u * t * a + 3 * u * t * t * c + t ** 3 * e,
            u ** 3 * fromY + 3 * u * u * t * b + 3 * u * t * t * d + t ** 3 * f,
          );
      }
    }
  }
  return edges;
}

/** Non-zero winding, as type faces are drawn; each sub-row adds its share of ink. */
function fillEdges(ink: Float32Array, width: number, height: number, edges: readonly Edge[]): void {
  const first = Math.max(0, Math.floor(Math.min(...edges.map((edge) => edge.y0)) * subRows));
  const last = Math.min(height * subRows, Math.ceil(Math.max(...edges.map((edge) => edge.y0)) * subRows));
  for (let row = first; row < last; row += 1) {
    const y = (row + 0.5) / subRows;
    const crossings = edges
      .filter(({ y0, y1 }) => y0 <= y !== y1 <= y)
      .map(({ x0, y0, x1, y1 }) => ({ x: x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), turn: y1 > y0 ? 1 : -1 }))
      .toSorted((a, b) => a.x - b.x);
    let winding = 0;
    crossings.forEach(({ x, turn }, n) => {
      winding += turn;
      const next = crossings[n + 1];
      if (winding !== 0 && next !== undefined) addSpan(ink, width, Math.floor(y), x, next.x);
    });
  }
}

function addSpan(ink: Float32Array, width: number, y: number, from: number, to: number): void {
  const last = Math.min(width - 1, Math.floor(to));
  for (let x = Math.max(0, Math.floor(from)); x <= last; x += 1) {
    const covered = Math.max(0, Math.min(to, x + 1) - Math.max(from, x));
    ink[y * width + x] = (ink[y * width + x] ?? 0) + covered / subRows;
  }
}

function encodePng(ink: Float32Array, width: number, height: number): Uint8Array {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = Math.round(255 * (1 - Math.min(1, ink[y * width + x] ?? 0)));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits of grey.
  header.set([8, 0], 8);
  const dots = Buffer.alloc(9);
  dots.writeUInt32BE(Math.round(dotsPerMm * 1000), 0);
  dots.writeUInt32BE(Math.round(dotsPerMm * 1000), 4);
  dots[8] = 1;
  return new Uint8Array(
    Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
      chunk('IHDR', header),
      chunk('pHYs', dots),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  );
}

function chunk(name: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named) >>> 0, named.length + 4);
  return framed;
}
