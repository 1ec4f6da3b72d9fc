import { AppError } from '../../shared/domain/app-error.ts';

export interface CleanedImage {
  readonly bytes: Uint8Array;
  /** It told where it was taken. */
  readonly hadLocation: boolean;
  /** It told something else: camera, time, program, comments, a second image. */
  readonly hadOther: boolean;
}

/**
 * An image without what it tells beside its picture: place, time, camera, comments, thumbnails, and whatever was
 * appended. Its picture stays byte for byte, colours and the way up included.
 *
 * JPEG: ITU-T T.81, B.1; Exif: CIPA DC-008. PNG: ISO 15948, 5.3.
 *
 * @throws AppError `survey.image-damaged` where it ends before its end
 */
export function withoutMetadata(bytes: Uint8Array, type: 'image/png' | 'image/jpeg'): CleanedImage {
  return type === 'image/png' ? cleanPng(bytes) : cleanJpeg(bytes);
}

const damaged = (): AppError => new AppError('survey.image-damaged', 'The image is damaged or cut off.');
const latin = new TextDecoder('latin1');
/** Names of a place in Exif that was read as text, and in XMP. */
const locationWords = /GPSL(?:atitude|ongitude)|exif:GPS/;

/** Chunks that the picture needs: its data, its transparency, its colours and its size on paper. */
const keptChunks = new Set([
  'IHDR',
  'PLTE',
  'IDAT',
  'IEND',
  'tRNS',
  'gAMA',
  'cHRM',
  'sRGB',
  'iCCP',
  'cICP',
  'sBIT',
  'bKGD',
  'pHYs',
]);

function cleanPng(bytes: Uint8Array): CleanedImage {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let hadLocation = false;
  let hadOther = false;
  for (let at = 8; ;) {
    if (at + 12 > bytes.length) throw damaged();
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) throw damaged();
    const name = latin.decode(bytes.subarray(at + 4, at + 8));
    if (keptChunks.has(name)) kept.push(bytes.subarray(at, end));
    else {
      const content = bytes.subarray(at + 8, end - 4);
      const located = name === 'eXIf' ? readExif(content).hasLocation : isLocationText(content);
      hadLocation ||= located;
      hadOther ||= !located;
    }
    at = end;
    if (name !== 'IEND') continue;
    return { bytes: joined(kept), hadLocation, hadOther: hadOther || at < bytes.length };
  }
}

function cleanJpeg(bytes: Uint8Array): CleanedImage {
  const view = viewOf(bytes);
  const kept: Uint8Array[] = [];
  let hadLocation = false;
  let hadOther = false;
  let orientation = 1;
  for (let at = 2; ;) {
    if (at + 2 > bytes.length || bytes[at] !== 0xff) throw damaged();
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === 0xd9) {
      const start = Uint8Array.of(0xff, 0xd8);
      const upright = orientation === 1 ? [] : [orientationSegment(orientation)];
      return {
        bytes: joined([start, ...upright, ...kept, bytes.subarray(at, at + 2)]),
        hadLocation,
        // Some cameras append a second picture or a film.
        hadOther: hadOther || at + 2 < bytes.length,
      };
    }
    if (at + 4 > bytes.length) throw damaged();
    const end = at + 2 + view.getUint16(at + 2);
    if (end > bytes.length || end < at + 4) throw damaged();
    if (marker === 0xda) {
      const next = endOfScan(bytes, end);
      kept.push(bytes.subarray(at, next));
      at = next;
      continue;
    }
    const content = bytes.subarray(at + 4, end);
    if (isPicture(marker, content)) kept.push(bytes.subarray(at, end));
    else {
      const exif =
        marker === 0xe1 && startsWith(content, 'Exif\0\0') ? readExif(content.subarray(6)) : undefined;
      if (exif !== undefined) orientation = exif.orientation;
      const located = exif?.hasLocation ?? isLocationText(content);
      hadLocation ||= located;
      hadOther ||= !located;
    }
    at = end;
  }
}

/** Tables and frames; of the application's segments JFIF, colours (ICC) and the colour transform of Adobe. */
function isPicture(marker: number, content: Uint8Array): boolean {
  if (marker === 0xfe) return false;
  if (marker < 0xe0 || marker > 0xef) return true;
  if (marker === 0xe0) return startsWith(content, 'JFIF\0');
  if (marker === 0xe2) return startsWith(content, 'ICC_PROFILE\0');
  return marker === 0xee && startsWith(content, 'Adobe');
}

/** Coded data: a byte FF in it is followed by 00, or is a restart marker (T.81, B.1.1.5). */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at += 1) {
    if (bytes[at] !== 0xff) continue;
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw damaged();
}

/** Which way is up, and whether there is a directory of the place (tags 0112 and 8825 of the first directory). */
function readExif(tiff: Uint8Array): { readonly orientation: number; readonly hasLocation: boolean } {
  const nothing = { orientation: 1, hasLocation: false };
  if (tiff.length < 8) return nothing;
  const view = viewOf(tiff);
  const little = tiff[0] === 0x49;
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return nothing;
  let { orientation, hasLocation } = nothing;
  const entries = view.getUint16(first, little);
  for (let index = 0; index < entries; index += 1) {
    const at = first + 2 + index * 12;
    if (at + 12 > tiff.length) break;
    const tag = view.getUint16(at, little);
    if (tag === 0x88_25) hasLocation = true;
    if (tag !== 0x01_12) continue;
    const value = view.getUint16(at + 8, little);
    if (value >= 1 && value <= 8) orientation = value;
  }
  return { orientation, hasLocation };
}

/** Exif that says which way is up and nothing else: phones turn the picture by it, not by its pixels. */
function orientationSegment(orientation: number): Uint8Array {
  const tiff = [
    0x4d,
    0x4d,
    0,
    0x2a,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
  const content = [...new TextEncoder().encode('Exif\0\0'), ...tiff];
  return Uint8Array.of(0xff, 0xe1, 0, content.length + 2, ...content);
}

function isLocationText(content: Uint8Array): boolean {
  return locationWords.test(latin.decode(content));
}

function startsWith(content: Uint8Array, text: string): boolean {
  return latin.decode(content.subarray(0, text.length)) === text;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
