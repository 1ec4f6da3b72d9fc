import { fileURLToPath } from 'node:url';
import jsQR from 'jsqr';
import { PNG } from 'pngjs';
import { beforeAll, expect, it } from 'vitest';
import { designLabel, type LabelFormat } from './label-design.ts';
import { labelFormats, labelPng, labelsPdf, labelText, loadTypeFace, type TypeFace } from './index.ts';

const fontFile = fileURLToPath(
  new URL(
    '../../../../node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2',
    import.meta.url,
  ),
);
let face: TypeFace;
beforeAll(async () => {
  face = await loadTypeFace(fontFile);
});

const label = {
  mac: '1C:69:20:E9:18:24',
  name: 'Chambre froide n° 2, près de la porte',
  siteRef: 'SITE_001',
};
const sizes = Object.entries<LabelFormat>(labelFormats);

it.each(sizes)(
  'carries a code that reads back as its text, %s',
  (_size, format) => {
    for (const content of [
      label,
      { ...label, name: '冷藏室' },
      { ...label, name: 'x'.repeat(60), siteRef: 'S'.repeat(50) },
    ]) {
      const { data, width, height } = PNG.sync.read(Buffer.from(labelPng(content, format, face)));
      const found = jsQR(new Uint8ClampedArray(data), width, height);
      expect(Buffer.from(found?.binaryData ?? []).toString('utf8')).toBe(labelText(content));
      expect([width, height]).toEqual([
        Math.round((format.width * 300) / 25.4),
        Math.round((format.height * 300) / 25.4),
      ]);
    }
  },
  60_000,
);

it.each(sizes)('keeps everything inside its edges, %s', (_size, format) => {
  for (const name of ['', 'A', label.name, 'W'.repeat(60), 'W W '.repeat(15)]) {
    const design = designLabel({ ...label, name, siteRef: 'W'.repeat(50) }, format, face);
    const codeEnd = Math.max(...design.modules.map((module) => module.x + module.width));
    for (const line of design.lines) {
      expect(line.x).toBeGreaterThan(codeEnd);
      expect(line.x + face.width(line.text) * line.scale * face.unitsPerEm).toBeLessThanOrEqual(
        format.width - 1.99,
      );
      expect(line.y - line.scale * face.unitsPerEm).toBeGreaterThan(0);
      expect(line.y).toBeLessThan(format.height);
    }
  }
});

it('is the same file for the same label, and of the right size', async () => {
  const format = labelFormats['62x29'];
  const first = await labelsPdf([label], format, face, 1_763_644_225_000);
  expect(Buffer.from(first).equals(await labelsPdf([label], format, face, 1_763_644_225_000))).toBe(true);
  const text = Buffer.from(first).toString('latin1');
  expect(text).toMatch(/^%PDF-/);
  expect(/\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text)?.slice(1).map(Number)).toEqual([
    expect.closeTo((62 * 72) / 25.4, 1),
    expect.closeTo((29 * 72) / 25.4, 1),
  ]);
  const sheet = await labelsPdf(
    Array.from({ length: 25 }, () => label),
    labelFormats['a4-24'],
    face,
    0,
  );
  expect(
    Buffer.from(sheet)
      .toString('latin1')
      .match(/\/Type \/Page\b(?!s)/g),
  ).toHaveLength(2);
}, 60_000);
