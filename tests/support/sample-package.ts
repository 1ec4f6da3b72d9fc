import { join } from 'node:path';
import { FirmwareLibrary } from '../../src/main/flashing/library/index.ts';
import type { ChipName } from '../../src/simulator/esp32/chip-model.ts';
import { sampleFirmware } from '../../src/simulator/esp32/sample-firmware.ts';

/** The firmware of the virtual board as a zip file in a folder, as a person has it on a stick. */
export async function samplePackage(
  folder: string,
  { chip = 'esp32', version = '1.0.0' }: { readonly chip?: ChipName; readonly version?: string } = {},
): Promise<{ readonly file: string; readonly id: string }> {
  const library = new FirmwareLibrary(join(folder, 'made-here'), { now: () => Date.now() });
  const parts = sampleFirmware({ chip, project: 'datayoti-sensor', version });
  const { id } = await library.importParts(
    parts.map(({ name, offset, data }) => ({ name, offset, bytes: new Uint8Array(data) })),
    { name: 'Sensor', version, nvsSchema: 1 },
  );
  return { file: await library.exportTo(id, folder), id };
}
