import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { FirmwareLibrary, type StoredFirmware } from '../../flashing/library/index.ts';

const shortestId = 6;

export function libraryOf(data: string): FirmwareLibrary {
  return new FirmwareLibrary(join(data, 'firmware'), systemClock);
}

/**
 * Firmware as a person names it: a zip file, a folder, the address of a manifest, or the id (or the beginning of
 * one) of what is in the library already. What is new is checked and kept there.
 *
 * @throws AppError `firmware.*`, `file.unreadable`, `request.invalid` where it is none of these
 */
export async function firmwareNamed(
  library: FirmwareLibrary,
  text: string,
  signal?: AbortSignal,
): Promise<StoredFirmware> {
  if (/^https?:\/\//i.test(text)) return library.importUrl(text, signal);
  const facts = await stat(text).catch(() => undefined);
  if (facts?.isDirectory() === true) return library.importFolder(text, signal);
  if (facts !== undefined) return library.importZip(text, signal);
  if (/^[0-9a-f]+$/.test(text) && text.length >= shortestId) return firmwareWithId(library, text);
  throw new AppError('file.unreadable', `There is no file, folder or firmware ${text}.`, { file: text });
}

/** @throws AppError `firmware.unknown-bundle`, `request.invalid` where several begin like this */
export async function firmwareWithId(library: FirmwareLibrary, id: string): Promise<StoredFirmware> {
  const found = (await library.list()).filter((entry) => entry.id.startsWith(id));
  const [first] = found;
  if (first === undefined)
    throw new AppError('firmware.unknown-bundle', 'This firmware is not in the library.', { id });
  if (found.length === 1) return first;
  throw new AppError('request.invalid', `${found.length} firmwares begin with ${id}: give more of the id.`, {
    field: 'id',
  });
}
