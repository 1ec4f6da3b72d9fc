import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import {
  chipFamily,
  chipFamilyOfImage,
  parseEspImage,
  imageMagic,
  type PlacedPart,
} from '../images/index.ts';
import { decodedName, download } from './download.ts';
import {
  insidePath,
  largestManifestBytes,
  largestPackageBytes,
  largestPartBytes,
  tooLarge,
} from './limits.ts';
import { parseFlasherArguments, parseManifest, type Manifest } from './manifest.ts';
import type { PackageFiles } from './package-files.ts';

/** Firmware with all its bytes, however it came; not checked yet. */
export interface FirmwarePackage {
  readonly name: string;
  readonly version: string;
  /** Layout of the configuration that it reads; `null`: it is given none of ours. */
  readonly nvsSchema: number | null;
  readonly builds: readonly FirmwareBuild[];
}

export interface FirmwareBuild {
  /** Family as manifests spell it. */
  readonly chip: string;
  /** What the manifest asks for; the images may ask for more. */
  readonly minRevision: number;
  readonly parts: readonly PlacedPart[];
}

/**
 * Finds the description in the files of a zip or folder: `manifest.json` of ESP Web Tools' format, else ESP-IDF's
 * `flasher_args.json`; the one nearest to the top. Parts on other hosts are fetched.
 *
 * @throws AppError `firmware.manifest-missing`, `.manifest-invalid`, `.unknown-chip`, `.part-missing`,
 *   `.unsafe-path`, `.file-size-wrong`, `.file-hash-wrong`, and what `download` throws
 */
export async function packageFromFiles(files: PackageFiles, signal?: AbortSignal): Promise<FirmwarePackage> {
  const find = (name: string): string | undefined =>
    [...files.keys()]
      .filter((path) => posix.basename(path).toLowerCase() === name)
      .toSorted((a, b) => a.split('/').length - b.split('/').length || a.localeCompare(b))[0];
  const text = (path: string): string => Buffer.from(files.get(path) ?? []).toString('utf8');
  const read = (base: string, path: string): Uint8Array => {
    const found = files.get(insidePath(posix.join(posix.dirname(base), insidePath(path))));
    if (found !== undefined) return found;
    throw new AppError('firmware.part-missing', `${path} is missing.`, { part: path });
  };
  const manifest = find('manifest.json');
  if (manifest !== undefined) {
    return fromManifest(parseManifest(text(manifest)), (path, room) =>
      /^https?:\/\//i.test(path)
        ? download(new URL(path), room, signal)
        : Promise.resolve(read(manifest, path)),
    );
  }
  const flasher = find('flasher_args.json');
  if (flasher === undefined)
    throw new AppError('firmware.manifest-missing', 'There is no manifest.json and no flasher_args.json.');
  const { chip, parts } = parseFlasherArguments(text(flasher));
  return packageFromParts(
    parts.map(({ path, offset }) => ({
      name: posix.basename(path),
      offset,
      bytes: read(flasher, path),
    })),
    { chip },
  );
}

/**
 * Fetches a manifest and its parts; their paths are relative to where the manifest came from.
 *
 * @throws AppError as `packageFromFiles`, and what `download` throws
 */
export async function packageFromUrl(
  address: string,
  signal?: AbortSignal,
  timeoutMs?: number,
): Promise<FirmwarePackage> {
  if (!URL.canParse(address))
    throw new AppError('firmware.manifest-invalid', 'This is no address.', { reason: 'address' });
  const base = new URL(address);
  const text = await download(base, largestManifestBytes, signal, timeoutMs);
  return fromManifest(parseManifest(Buffer.from(text).toString('utf8')), (path, room) => {
    if (!URL.canParse(path, base.href))
      throw new AppError('firmware.manifest-invalid', 'A path is no address.', { reason: 'path' });
    return download(new URL(path, base), room, signal, timeoutMs);
  });
}

async function fromManifest(
  manifest: Manifest,
  read: (path: string, room: number) => Promise<Uint8Array>,
): Promise<FirmwarePackage> {
  const builds: FirmwareBuild[] = [];
  let total = 0;
  for (const build of manifest.builds) {
    const parts: PlacedPart[] = [];
    for (const part of build.parts) {
      const bytes = await read(part.path, Math.min(largestPartBytes, largestPackageBytes - total));
      total += bytes.length;
      if (total > largestPackageBytes) throw tooLarge(manifest.name, largestPackageBytes);
      const name = nameOf(part.path);
      if (part.size !== undefined && part.size !== bytes.length)
        throw new AppError(
          'firmware.file-size-wrong',
          `${name} has ${bytes.length} bytes, not ${part.size}.`,
          {
            part: name,
            found: bytes.length,
            expected: part.size,
          },
        );
      if (part.sha256 !== undefined && part.sha256.toLowerCase() !== sha256Of(bytes))
        throw new AppError('firmware.file-hash-wrong', `${name} has another SHA-256.`, { part: name });
      parts.push({ name, offset: part.offset, bytes });
    }
    const chip = chipFamily(build.chipFamily)?.name ?? build.chipFamily;
    builds.push({ chip, minRevision: build.minChipRev ?? 0, parts });
  }
  const { name, version, nvsSchema } = manifest;
  return { name, version, nvsSchema, builds };
}

/**
 * Single files with their offsets. Without a chip, the first image tells it; without a name, its descriptor.
 *
 * @throws AppError `firmware.empty`, `.not-an-image`, `.unknown-chip`, and what `parseEspImage` throws
 */
export function packageFromParts(
  parts: readonly PlacedPart[],
  wish: {
    readonly chip?: string;
    readonly name?: string;
    readonly version?: string;
    readonly nvsSchema?: number;
  } = {},
): FirmwarePackage {
  const [first] = parts;
  if (first === undefined) throw new AppError('firmware.empty', 'No file was given.');
  const images = parts
    .filter(({ bytes }) => bytes[0] === imageMagic)
    .map((part) => parseEspImage(part.bytes, part.name));
  const [image] = images;
  const app = images.find((found) => found.app !== undefined)?.app;
  if (wish.chip === undefined && image === undefined)
    throw new AppError('firmware.not-an-image', `${first.name} tells no chip.`, { part: first.name });
  const chip = wish.chip === undefined ? chipFamilyOfImage(image?.chipId ?? -1) : chipFamily(wish.chip);
  if (chip === undefined) {
    const named = wish.chip ?? `id ${image?.chipId}`;
    throw new AppError('firmware.unknown-chip', `No chip family is called ${named}.`, { chip: named });
  }
  return {
    name: wish.name ?? (app?.project || first.name.replace(/\.bin$/i, '')),
    version: wish.version ?? app?.version ?? '',
    nvsSchema: wish.nvsSchema ?? null,
    builds: [{ chip: chip.name, minRevision: 0, parts }],
  };
}

function nameOf(path: string): string {
  return /^https?:\/\//i.test(path)
    ? decodedName(new URL(path))
    : posix.basename(path.split(/[?#]/)[0] ?? path);
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
