import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appDescriptor, bootLoaderDescriptor, espImage } from '../../tests/support/esp-images.ts';
import { sensorPartitions } from '../../tests/support/sensor-firmware.ts';
import { configurationSchema } from '../../src/main/provisioning/device-configuration.ts';
import { buildPartitionTable } from '../../src/main/flashing/images/index.ts';
import { FirmwareLibrary } from '../../src/main/flashing/library/index.ts';

const script = fileURLToPath(new URL('bundle.mjs', import.meta.url));
const run = promisify(execFile);

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Build {
  readonly target: 'esp32' | 'esp32c3';
  readonly version?: string;
  readonly project?: string;
}

/** What `idf.py -B` leaves of a build: the files, and where they belong. */
function buildFolder({ target, version = '0.1.0', project = 'datayoti-sensor' }: Build): string {
  const chipId = target === 'esp32' ? 0 : 5;
  const app = espImage({ chipId, segments: [appDescriptor(project, version, 3000)] });
  const files: Readonly<Record<string, readonly [string, Uint8Array]>> = {
    [target === 'esp32' ? '0x1000' : '0x0']: [
      'bootloader/bootloader.bin',
      espImage({ chipId, segments: [bootLoaderDescriptor()] }),
    ],
    '0x20000': [`${project}.bin`, app],
    '0x8000': ['partition_table/partition-table.bin', buildPartitionTable(sensorPartitions())],
    '0xf000': ['ota_data_initial.bin', new Uint8Array(0x2000).fill(0xff)],
  };
  const path = join(folder, `build-${target}-${version}-${project}`);
  for (const [name, bytes] of Object.values(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), bytes);
  }
  writeFileSync(
    join(path, 'flasher_args.json'),
    JSON.stringify({
      write_flash_args: ['--flash_mode', 'dio', '--flash_size', '4MB', '--flash_freq', '40m'],
      flash_files: Object.fromEntries(Object.entries(files).map(([offset, [name]]) => [offset, name])),
      extra_esptool_args: { after: 'hard_reset', before: 'default_reset', stub: true, chip: target },
    }),
  );
  return path;
}

async function pack(out: string, ...builds: readonly Build[]): Promise<string> {
  const folders = builds.map(buildFolder);
  const { stdout } = await run(process.execPath, [script, '--out', join(folder, out), ...folders]);
  return stdout.trim();
}

test('the library imports what the firmware bundle script packs, for both chips', async () => {
  const zip = await pack('out', { target: 'esp32c3' }, { target: 'esp32' });
  const library = new FirmwareLibrary(join(folder, 'library'), { now: () => 1 });
  const firmware = await library.importZip(zip);
  expect(firmware).toMatchObject({
    name: 'DataYoti sensor',
    version: '0.1.0',
    nvsSchema: configurationSchema,
  });
  expect(firmware.builds.map(({ chip }) => chip)).toEqual(['ESP32', 'ESP32-C3']);
  const offsets = async (chip: string): Promise<readonly number[]> => {
    const { parts } = await library.admit(firmware.id, { chip, revision: 300, flashBytes: 4 * 2 ** 20 });
    return parts.map(({ offset }) => offset);
  };
  expect(await offsets('ESP32')).toEqual([0x1000, 0x8000, 0xf000, 0x20000]);
  expect(await offsets('ESP32-C3')).toEqual([0, 0x8000, 0xf000, 0x20000]);
  // The folder beside the zip, as a web server would offer it, is the same firmware.
  expect((await library.importFolder(zip.replace(/\.zip$/, ''))).id).toBe(firmware.id);
});

test('equal builds give equal bytes', async () => {
  const first = readFileSync(await pack('one', { target: 'esp32' }, { target: 'esp32c3' }));
  const second = readFileSync(await pack('two', { target: 'esp32c3' }, { target: 'esp32' }));
  expect(first.equals(second)).toBe(true);
});

test.each([
  [
    'of different versions',
    [{ target: 'esp32' }, { target: 'esp32c3', version: '0.2.0' }],
    'different versions',
  ],
  ['for one chip', [{ target: 'esp32' }, { target: 'esp32' }], 'same chip'],
  ['of something else', [{ target: 'esp32', project: 'blink' }], 'not the one application'],
] as const)('builds %s are refused', async (_, builds, reason) => {
  await expect(pack('out', ...builds)).rejects.toThrow(reason);
});
