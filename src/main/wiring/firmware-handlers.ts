import type { Handlers } from '../../shared/contract/contract.ts';
import type { FirmwareBundle } from '../../shared/contract/firmware.ts';
import { demoFirmwareName } from './demo-board.ts';
import type { FirmwareLibrary, StoredFirmware } from '../flashing/library/index.ts';

export function firmwareHandlers(library: FirmwareLibrary): Handlers['firmware'] {
  return {
    list: async () => ({ items: (await library.list()).map(bundle), damaged: await library.damaged() }),
    importArchive: async ({ file }, signal) =>
      bundle(await library.importArchive(new Uint8Array(await file.arrayBuffer()), signal)),
    importParts: async ({ parts, name, version }) =>
      bundle(
        await library.importParts(
          await Promise.all(
            parts.map(async ({ fileName, offset, file }) => ({
              name: fileName,
              offset,
              bytes: new Uint8Array(await file.arrayBuffer()),
            })),
          ),
          { ...(name === '' ? {} : { name }), ...(version === '' ? {} : { version }) },
        ),
      ),
    importUrl: async ({ url }, signal) => bundle(await library.importUrl(url, signal)),
    remove: async ({ id }) => {
      await library.remove(id);
      return {};
    },
    exportArchive: async ({ id }) => {
      const { fileName, bytes } = await library.archive(id);
      return { fileName, file: new Blob([new Uint8Array(bytes)], { type: 'application/zip' }) };
    },
  };
}

function bundle(firmware: StoredFirmware): FirmwareBundle {
  return { ...firmware, origin: firmware.name === demoFirmwareName ? 'demo' : null };
}
