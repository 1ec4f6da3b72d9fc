export type ImageHeader =
  | {
      readonly kind: 'image';
      readonly type: 'image/png' | 'image/jpeg';
      readonly widthPx: number;
      readonly heightPx: number;
    }
  /** No PNG and no JPEG, told by the first bytes. */
  | { readonly kind: 'other' }
  /** Begins like one and says no size. */
  | { readonly kind: 'damaged' };

const pngSignature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Type and size of an image by its first bytes alone: nothing is decoded, so that an image of any size costs nothing.
 * PNG: the IHDR chunk (ISO 15948, 11.2.2). JPEG: the frame header (ITU-T T.81, B.2.2).
 *
 * @param bytes the beginning is enough: of a JPEG all that lies before the frame header
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader {
  if (pngSignature.every((byte, index) => bytes[index] === byte)) return pngHeader(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return jpegHeader(bytes);
  return { kind: 'other' };
}

function pngHeader(bytes: Uint8Array): ImageHeader {
  const view = viewOf(bytes);
  const ihdr = 0x49_48_44_52;
  if (bytes.length < 33 || view.getUint32(8) !== 13 || view.getUint32(12) !== ihdr)
    return { kind: 'damaged' };
  return sized('image/png', view.getUint32(16), view.getUint32(20));
}

/** All SOF markers but DHT (C4), JPG (C8) and DAC (CC), which lie among them. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function jpegHeader(bytes: Uint8Array): ImageHeader {
  const view = viewOf(bytes);
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return { kind: 'damaged' };
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (marker === 0xda || marker === 0xd9 || length < 2) return { kind: 'damaged' };
    if (isFrame(marker))
      return at + 9 > bytes.length
        ? { kind: 'damaged' }
        : sized('image/jpeg', view.getUint16(at + 7), view.getUint16(at + 5));
    at += 2 + length;
  }
  return { kind: 'damaged' };
}

function sized(type: 'image/png' | 'image/jpeg', widthPx: number, heightPx: number): ImageHeader {
  return widthPx === 0 || heightPx === 0 ? { kind: 'damaged' } : { kind: 'image', type, widthPx, heightPx };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
