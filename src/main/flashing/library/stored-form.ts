import { chipFamily, type PlacedPart } from '../images/index.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { inspectFirmware, type FirmwareFacts } from './gatekeeper.ts';
import { sha256Of, type FirmwarePackage } from './firmware-package.ts';

/** Files of a package in the one form in which it is stored and exported, by their paths. */
export interface StoredForm {
  /** Content hash: SHA-256 of the manifest, which names the SHA-256 of every part. */
  readonly id: string;
  readonly manifest: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly builds: readonly { readonly chip: string; readonly facts: FirmwareFacts }[];
}

/**
 * Checks a package and brings it into the form that does not depend on how it came: equal firmware from a zip, a
 * folder or a server has an equal id.
 *
 * @throws AppError what `inspectFirmware` throws
 */
export function storedForm(firmware: FirmwarePackage): StoredForm {
  const files = new Map<string, Uint8Array>();
  const inOrder = firmware.builds.toSorted((a, b) => (a.chip < b.chip ? -1 : 1));
  const builds = inOrder.map(({ chip, minRevision, parts }) => {
    const family = chipFamily(chip);
    if (family === undefined)
      throw new AppError('firmware.unknown-chip', `No chip family is called ${chip}.`, { chip });
    return { chip, minRevision, parts, facts: inspectFirmware(family, parts, minRevision) };
  });
  const described = builds.map(({ chip, minRevision, parts }) => ({
    chipFamily: chip,
    ...(minRevision > 0 ? { minChipRev: minRevision } : {}),
    parts: parts
      .toSorted((a, b) => a.offset - b.offset)
      .map((part) => {
        const path = freePath(files, chip, part);
        files.set(path, part.bytes);
        return { path, offset: part.offset, size: part.bytes.length, sha256: sha256Of(part.bytes) };
      }),
  }));
  const { nvsSchema } = firmware;
  const name = firmware.name.trim().slice(0, 200) || 'firmware';
  const version = firmware.version.slice(0, 100);
  const manifest = `${JSON.stringify(
    { name, version, ...(nvsSchema === null ? {} : { nvsSchema }), builds: described },
    undefined,
    2,
  )}\n`;
  return { id: sha256Of(manifest), manifest, files, builds };
}

/** Readable names that every file system takes; the same again when the stored form is imported. */
function freePath(taken: ReadonlyMap<string, Uint8Array>, chip: string, part: PlacedPart): string {
  const folder = chip.toLowerCase();
  const tidy = part.name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '');
  const plain = (tidy.length > 80 ? tidy.slice(-60) : tidy) || 'part.bin';
  const name = /\.bin$/i.test(plain) ? plain : `${plain}.bin`;
  const inUse = new Set([...taken.keys()].map((path) => path.toLowerCase()));
  const path = `${folder}/${name}`;
  return inUse.has(path.toLowerCase()) ? `${folder}/0x${part.offset.toString(16)}-${name}` : path;
}
