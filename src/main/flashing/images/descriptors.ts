/** What the first segment of an application or boot loader says about it; a hint, not an identity. */
export interface AppDescriptor {
  readonly project: string;
  readonly version: string;
  /** Compiler's date and time, as text: `Nov  3 2025 14:30:25`. */
  readonly built: string;
  readonly idfVersion: string;
  readonly elfSha256: string;
  readonly secureVersion: number;
}

export interface BootLoaderDescriptor {
  readonly idfVersion: string;
  readonly built: string;
  readonly version: number;
}

interface Segment {
  readonly offset: number;
  readonly length: number;
}

const appMagic = 0xabcd5432;
/** Of `esp_app_desc_t`. */
export const appDescriptorBytes = 256;
const bootLoaderMagic = 80;
const bootLoaderBytes = 80;

/** ESP-IDF `esp_app_desc_t`, the first 256 bytes of the first segment. */
export function readAppDescriptor(
  image: Uint8Array,
  segment: Segment | undefined,
): AppDescriptor | undefined {
  if (segment === undefined || segment.length < appDescriptorBytes) return undefined;
  const bytes = image.subarray(segment.offset, segment.offset + appDescriptorBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== appMagic) return undefined;
  return {
    project: text(bytes, 48, 32),
    version: text(bytes, 16, 32),
    built: `${text(bytes, 96, 16)} ${text(bytes, 80, 16)}`.trim(),
    idfVersion: text(bytes, 112, 32),
    elfSha256: Buffer.from(bytes.subarray(144, 176)).toString('hex'),
    secureVersion: view.getUint32(4, true),
  };
}

/** ESP-IDF `esp_bootloader_desc_t`: magic byte 80, version, `idf_ver[32]`, `date_time[24]`. */
export function readBootLoaderDescriptor(
  image: Uint8Array,
  segment: Segment | undefined,
): BootLoaderDescriptor | undefined {
  if (segment === undefined || segment.length < bootLoaderBytes) return undefined;
  const bytes = image.subarray(segment.offset, segment.offset + bootLoaderBytes);
  if (bytes[0] !== bootLoaderMagic) return undefined;
  const idfVersion = text(bytes, 8, 32);
  // One byte is a weak sign; the version of ESP-IDF beside it makes it a strong one.
  if (!/^v?\d+\.\d+|^[0-9a-f]{7,}|qa-/.test(idfVersion)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { idfVersion, built: text(bytes, 40, 24), version: view.getUint32(4, true) };
}

/** Up to the NUL; what is no printable character is left out, since it ends on screens. */
function text(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return Buffer.from(field.subarray(0, end < 0 ? length : end))
    .toString('utf8')
    .replace(/[\p{Cc}\u{fffd}]/gu, '')
    .trim();
}
