import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { isAppError, type AppError } from '../../shared/domain/app-error.ts';
import { readImageHeader } from '../../shared/domain/image-header.ts';
import { checkImage } from './image-check.ts';
import { withoutMetadata } from './image-metadata.ts';

const text = (words: string) => new TextEncoder().encode(words);
const joined = (...pieces: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(pieces));
const png = () => new Uint8Array(PNG.sync.write(new PNG({ width: 3, height: 2 })));

/** The chunks that a picture of this size would begin with; its data would be gigabytes. */
function pngHead(width: number, height: number): Uint8Array {
  const bytes = png().slice(0, 33);
  const view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  return bytes;
}

const segment = (marker: number, content: Uint8Array) =>
  joined(Uint8Array.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255), content);

/** Exif as a telephone writes it: little-endian, turned by 90°, with a directory of the place. */
const exif = joined(
  text('Exif\0\0II*\0'),
  Uint8Array.of(8, 0, 0, 0, 2, 0),
  Uint8Array.of(0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0),
  Uint8Array.of(0x25, 0x88, 4, 0, 1, 0, 0, 0, 38, 0, 0, 0),
  text('GPSLatitude 48.8584'),
);
const frame = segment(0xc0, Uint8Array.of(8, 0, 40, 0, 60, 1, 1, 0x11, 0));
const scan = joined(
  segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
  Uint8Array.of(0x12, 0xff, 0x00, 0xff, 0xd0, 0x34),
);
const end = Uint8Array.of(0xff, 0xd9);
const jpeg = (...segments: readonly Uint8Array[]) =>
  joined(Uint8Array.of(0xff, 0xd8), ...segments, frame, scan, end);

function refusal(work: () => unknown): Pick<AppError, 'code' | 'data'> | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return isAppError(error) ? error : undefined;
  }
}

describe('an image that is to be kept', () => {
  it('is told by its bytes', () => {
    expect(checkImage(png(), 'plan')).toMatchObject({ type: 'image/png', widthPx: 3, heightPx: 2 });
    expect(checkImage(jpeg(segment(0xe1, exif)), 'photo')).toMatchObject({
      type: 'image/jpeg',
      widthPx: 60,
      heightPx: 40,
    });
  });

  it('is refused by its header where it has 200 megapixels, whatever its file weighs', () => {
    expect(refusal(() => checkImage(pngHead(20_000, 10_000), 'plan'))).toMatchObject({
      code: 'survey.image-too-large',
      data: { megapixels: 200, most: 100 },
    });
    expect(refusal(() => checkImage(pngHead(8_000, 6_000), 'plan'))).toBeUndefined();
    expect(refusal(() => checkImage(pngHead(40_000, 10), 'plan'))?.code).toBe('survey.image-too-large');
  });

  it.each([
    ['an SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['a PDF', text('%PDF-1.7\n')],
    ['a page', text('<!doctype html><script>alert(1)</script>')],
    ['a GIF', text('GIF89a')],
    ['nothing', new Uint8Array()],
  ])('is refused where it is %s', (_what, bytes) => {
    expect(refusal(() => checkImage(bytes, 'plan'))?.code).toBe('survey.image-type');
  });

  it('is refused where it is cut off', () => {
    expect(refusal(() => checkImage(png().slice(0, 20), 'plan'))?.code).toBe('survey.image-damaged');
    const whole = jpeg();
    expect(refusal(() => checkImage(whole.slice(0, 8), 'plan'))?.code).toBe('survey.image-damaged');
    for (const cut of [30, whole.length - 1])
      expect(refusal(() => withoutMetadata(whole.slice(0, cut), 'image/jpeg'))?.code).toBe(
        'survey.image-damaged',
      );
    expect(refusal(() => withoutMetadata(png().slice(0, -5), 'image/png'))?.code).toBe(
      'survey.image-damaged',
    );
  });

  it('is a drawing only as PNG', () => {
    expect(refusal(() => checkImage(jpeg(), 'signature'))?.code).toBe('survey.image-type');
  });
});

describe('what a photo tells beside its picture', () => {
  it('goes, and which way is up stays', () => {
    const cleaned = withoutMetadata(
      joined(jpeg(segment(0xe1, exif), segment(0xfe, text('Canon'))), text('a film that follows')),
      'image/jpeg',
    );
    const words = Buffer.from(cleaned.bytes).toString('latin1');
    expect(words).not.toMatch(/GPS|Canon|film/);
    expect(cleaned).toMatchObject({ hadLocation: true, hadOther: true });
    // Orientation 6 in the only entry of the only directory.
    const at = words.indexOf('Exif\0\0');
    expect(Array.from(cleaned.bytes.subarray(at + 16, at + 28))).toEqual([
      1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
    ]);
    expect(words.match(/Exif/g)).toHaveLength(1);
    expect(readImageHeader(cleaned.bytes)).toMatchObject({ widthPx: 60, heightPx: 40 });
    expect(words).toContain(Buffer.from(scan).toString('latin1'));
    expect(withoutMetadata(cleaned.bytes, 'image/jpeg').bytes).toEqual(cleaned.bytes);
  });

  it('is nothing where it tells nothing: the picture stays byte for byte', () => {
    const colours = segment(0xe2, text('ICC_PROFILE\0...'));
    const jfif = segment(0xe0, text('JFIF\0...'));
    const plain = jpeg(jfif, colours);
    expect(withoutMetadata(plain, 'image/jpeg')).toEqual({
      bytes: plain,
      hadLocation: false,
      hadOther: false,
    });
    expect(withoutMetadata(png(), 'image/png')).toEqual({
      bytes: png(),
      hadLocation: false,
      hadOther: false,
    });
  });

  it('goes from a PNG too', () => {
    const content = text('XML:com.adobe.xmp\0exif:GPSLatitude="48"');
    const chunk = joined(new Uint8Array(4), text('iTXt'), content, new Uint8Array(4));
    new DataView(chunk.buffer).setUint32(0, content.length);
    const whole = png();
    const told = joined(whole.slice(0, 33), chunk, whole.slice(33));
    const cleaned = withoutMetadata(told, 'image/png');
    expect(cleaned).toEqual({ bytes: whole, hadLocation: true, hadOther: false });
  });
});
