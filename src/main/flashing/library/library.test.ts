import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ZipFile } from 'yazl';
import { appDescriptor, bootLoaderDescriptor, espImage } from '../../../../tests/support/esp-images.ts';
import { isAppError, type ErrorCode } from '../../../shared/domain/app-error.ts';
import { buildPartitionTable, type Partition, type PlacedPart } from '../images/index.ts';
import { packageFromUrl } from './firmware-package.ts';
import { FirmwareLibrary } from './index.ts';
import { readZip } from './package-files.ts';

const code = (wanted: ErrorCode, data: Record<string, unknown> = {}): unknown =>
  expect.objectContaining({ code: wanted, data: expect.objectContaining(data) as unknown });
const data = (name: string, subtype: number, offset: number, size: number): Partition => ({
  name,
  type: 1,
  subtype,
  offset,
  size,
  encrypted: false,
  readonly: false,
});
const table = buildPartitionTable([
  data('nvs', 2, 0x9000, 0x5000),
  data('otadata', 0, 0xe000, 0x2000),
  { ...data('app0', 0x10, 0x10000, 0x10000), type: 0 },
]);
const bootLoader = espImage({ segments: [bootLoaderDescriptor()] });
const app = espImage({ minRevision: 100 });
const parts: readonly PlacedPart[] = [
  { name: 'bootloader.bin', offset: 0x1000, bytes: bootLoader },
  { name: 'partitions.bin', offset: 0x8000, bytes: table },
  { name: 'firmware.bin', offset: 0x10000, bytes: app },
];
const board = { chip: 'ESP32', revision: 301, flashBytes: 4 * 2 ** 20 };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const manifestOf = (change: Record<string, unknown> = {}, build: Record<string, unknown> = {}): string =>
  JSON.stringify({
    name: 'DataYoti sensor',
    version: '1.2.0',
    nvsSchema: 1,
    builds: [
      {
        chipFamily: 'ESP32',
        parts: parts.map(({ name, offset }) => ({ path: `fw/${name}`, offset })),
        ...build,
      },
    ],
    ...change,
  });

async function zipOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
  return new Uint8Array(Buffer.concat(pieces));
}
const filesOf = (manifest = manifestOf()): Record<string, Uint8Array | string> => ({
  'manifest.json': manifest,
  ...Object.fromEntries(parts.map(({ name, bytes }) => [`fw/${name}`, bytes])),
});
/** Replaces a name in a zip by one of the same length, which honest programs would not write. */
function renamed(zip: Uint8Array, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  return new Uint8Array(Buffer.from(Buffer.from(zip).toString('latin1').replaceAll(from, to), 'latin1'));
}

let folder = '';
let library: FirmwareLibrary;
let now = 0;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-firmware-'));
  now = 1_763_644_225_000;
  library = new FirmwareLibrary(join(folder, 'library'), { now: () => now });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the firmware library', () => {
  it('keeps equal firmware once, however it comes, and gives it to a board byte for byte', async () => {
    const first = await library.importArchive(await zipOf(filesOf()));
    expect(first).toMatchObject({ name: 'DataYoti sensor', version: '1.2.0', nvsSchema: 1, importedMs: now });
    now += 1000;
    for (const [name, content] of Object.entries(filesOf())) {
      mkdirSync(join(folder, 'source/fw'), { recursive: true });
      writeFileSync(join(folder, 'source', name), content);
    }
    expect(await library.importFolder(join(folder, 'source'))).toEqual(first);
    expect(await library.list()).toEqual([first]);
    const admitted = await library.admit(first.id, board);
    expect(admitted.parts).toEqual(parts);
    expect(admitted.facts).toMatchObject({
      neededFlashBytes: 4 * 2 ** 20,
      minRevision: 100,
      maxRevision: null,
    });
    expect(admitted.facts.app?.version).toBe('1.2.0');
  });

  it('exports a zip that comes back as the same firmware, byte for byte', async () => {
    const { id } = await library.importArchive(await zipOf(filesOf()));
    const file = await library.exportTo(id, folder);
    expect(file).toBe(join(folder, 'DataYoti-sensor-1.2.0.zip'));
    const other = new FirmwareLibrary(join(folder, 'other'), { now: () => now });
    expect((await other.importZip(file)).id).toBe(id);
    expect(readFileSync(await other.exportTo(id, join(folder, 'other')))).toEqual(readFileSync(file));
    await library.remove(id);
    expect(await library.list()).toEqual([]);
    expect(readdirSync(join(folder, 'library'))).toEqual([]);
    await expect(library.remove(id)).rejects.toThrow(code('firmware.unknown-bundle'));
    await expect(library.admit('../../etc', board)).rejects.toThrow(code('firmware.unknown-bundle'));
  });

  it('takes single files, and what ESP-IDF leaves after a build', async () => {
    const single = await library.importParts(parts);
    expect(single).toMatchObject({ name: 'datayoti-sensor', version: '1.2.0', nvsSchema: null });
    const flasher = {
      write_flash_args: ['--flash_mode', 'dio'],
      flash_files: {
        '0x1000': 'bootloader/bootloader.bin',
        '0x8000': 'partition_table/partitions.bin',
        '0x10000': 'firmware.bin',
      },
      extra_esptool_args: { chip: 'esp32', stub: true },
    };
    const built = await library.importArchive(
      await zipOf({
        'build/flasher_args.json': JSON.stringify(flasher),
        'build/bootloader/bootloader.bin': bootLoader,
        'build/partition_table/partitions.bin': table,
        'build/firmware.bin': app,
      }),
    );
    expect(built.id).toBe(single.id);
  });

  it('finds rotten files before they reach a board, and heals by importing again', async () => {
    const archive = await zipOf(filesOf());
    const { id } = await library.importArchive(archive);
    const part = join(folder, 'library', id, 'esp32/firmware.bin');
    const bytes = readFileSync(part);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(part, bytes);
    await expect(library.admit(id, board)).rejects.toThrow(code('firmware.library-damaged'));
    await library.importArchive(archive);
    expect((await library.admit(id, board)).parts).toEqual(parts);
    writeFileSync(join(folder, 'library', id, 'manifest.json'), '{}');
    expect([await library.list(), await library.damaged()]).toEqual([[], [id]]);
    await library.remove(id);
    expect(await library.damaged()).toEqual([]);
  });

  it('clears what a crash left behind, and nothing that is being written', async () => {
    mkdirSync(join(folder, 'library/.incoming-abc/esp32'), { recursive: true });
    now = Date.now();
    await library.importArchive(await zipOf(filesOf()));
    expect(readdirSync(join(folder, 'library'))).toContain('.incoming-abc');
    now += 2 * 3_600_000;
    await library.importArchive(await zipOf(filesOf()));
    expect(readdirSync(join(folder, 'library'))).not.toContain('.incoming-abc');
  });

  it('lets two imports of the same firmware run at once', async () => {
    const archive = await zipOf(filesOf());
    const [a, b] = await Promise.all([library.importArchive(archive), library.importArchive(archive)]);
    expect(a.id).toBe(b.id);
    expect((await library.admit(a.id, board)).parts).toEqual(parts);
  });
});

describe('the gatekeeper', () => {
  const swap = (name: string, change: Partial<PlacedPart>): readonly PlacedPart[] =>
    parts.map((part) => (part.name === name ? { ...part, ...change } : part));
  const spoilt = (bytes: Uint8Array, at: number): Uint8Array => {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    return changed;
  };
  const wide = espImage({ segments: [appDescriptor('a', '1', 0x10000)] });

  it.each<[ErrorCode, readonly PlacedPart[], Record<string, unknown>]>([
    ['firmware.not-an-image', swap('bootloader.bin', { bytes: table }), { part: 'bootloader.bin' }],
    [
      'firmware.not-an-image',
      swap('firmware.bin', { bytes: Buffer.from('<html>') }),
      { part: 'firmware.bin' },
    ],
    ['firmware.image-truncated', swap('firmware.bin', { bytes: app.slice(0, -9) }), { part: 'firmware.bin' }],
    ['firmware.checksum-wrong', swap('firmware.bin', { bytes: spoilt(app, 50) }), { part: 'firmware.bin' }],
    ['firmware.hash-wrong', swap('firmware.bin', { bytes: spoilt(app, 5) }), { part: 'firmware.bin' }],
    [
      'firmware.wrong-chip',
      swap('firmware.bin', { bytes: espImage({ chipId: 9 }) }),
      { found: 'ESP32-S3', expected: 'ESP32', offset: '0x10000' },
    ],
    [
      'firmware.bootloader-offset-wrong',
      swap('bootloader.bin', { offset: 0 }),
      { found: '0x0', expected: '0x1000' },
    ],
    [
      'firmware.bootloader-offset-wrong',
      swap('bootloader.bin', { offset: 0x4000 }),
      { part: 'bootloader.bin' },
    ],
    ['firmware.offset-invalid', swap('firmware.bin', { offset: 0x10010 }), { offset: '0x10010' }],
    ['firmware.offset-invalid', swap('firmware.bin', { offset: -4096 }), { part: 'firmware.bin' }],
    [
      'firmware.parts-overlap',
      [...parts, { name: 'x.bin', offset: 0x8000, bytes: new Uint8Array(9) }],
      { part: 'partitions.bin', other: 'x.bin', offset: '0x8000' },
    ],
    [
      'firmware.exceeds-partition',
      swap('firmware.bin', { bytes: wide }),
      { part: 'firmware.bin', partition: 'app0' },
    ],
    [
      'firmware.exceeds-partition',
      [...parts.slice(0, 2), { name: 'ota.bin', offset: 0xe000, bytes: new Uint8Array(0x2001).fill(0xff) }],
      { part: 'ota.bin', partition: 'otadata' },
    ],
    [
      'firmware.exceeds-flash',
      [
        ...swap('bootloader.bin', {
          bytes: espImage({ flashSizeCode: 0, segments: [bootLoaderDescriptor()] }),
        }),
        { name: 'far.bin', offset: 0x200000, bytes: new Uint8Array(9) },
      ],
      { available: 2 ** 20 },
    ],
    [
      'firmware.partition-table-invalid',
      swap('partitions.bin', { bytes: spoilt(table, 40) }),
      { reason: 'checksum' },
    ],
    ['firmware.image-truncated', swap('firmware.bin', { bytes: new Uint8Array(0) }), {}],
    ['firmware.empty', [], {}],
  ])('refuses %s before anything is stored', async (wanted, given, facts) => {
    await expect(library.importParts(given, { chip: 'ESP32' })).rejects.toThrow(code(wanted, facts));
    expect(await library.list()).toEqual([]);
  });

  it('refuses a boot loader that would run into the partition table', async () => {
    const large = espImage({ segments: [new Uint8Array(0x7100)] });
    const given = [{ name: 'bootloader.bin', offset: 0x1000, bytes: large }, ...parts.slice(1)];
    await expect(library.importParts(given)).rejects.toThrow(code('firmware.parts-overlap'));
  });

  it('refuses a board that the firmware is not for', async () => {
    const { id } = await library.importParts(
      swap('firmware.bin', { bytes: espImage({ minRevision: 300, maxRevision: 399 }) }),
    );
    await library.admit(id, { chip: 'ESP32', revision: null, flashBytes: null });
    for (const [other, wanted] of [
      [{ chip: 'ESP32-S3' }, code('firmware.wrong-chip', { found: 'ESP32', expected: 'ESP32-S3' })],
      [{ revision: 299 }, code('firmware.revision-unsupported', { found: '2.99', expected: '3.0 - 3.99' })],
      [{ revision: 400 }, code('firmware.revision-unsupported')],
      [
        { flashBytes: 2 * 2 ** 20 },
        code('firmware.exceeds-flash', { needed: 4 * 2 ** 20, available: 2 * 2 ** 20 }),
      ],
    ] as const)
      await expect(library.admit(id, { ...board, ...other })).rejects.toThrow(wanted);
  });
});

describe('packages from elsewhere', () => {
  it.each<[ErrorCode, string]>([
    ['firmware.manifest-invalid', 'no json'],
    ['firmware.manifest-invalid', '{}'],
    ['firmware.manifest-invalid', manifestOf({ builds: [] })],
    ['firmware.unknown-chip', manifestOf({}, { chipFamily: 'ESP99' })],
    ['firmware.unknown-chip', manifestOf({}, { chipFamily: 'ESP8266' })],
    ['firmware.part-missing', manifestOf({}, { parts: [{ path: 'other.bin', offset: 0 }] })],
    ['firmware.unsafe-path', manifestOf({}, { parts: [{ path: '../../etc/passwd', offset: 0 }] })],
    ['firmware.unsafe-path', manifestOf({}, { parts: [{ path: '/etc/passwd', offset: 0 }] })],
    [
      'firmware.file-size-wrong',
      manifestOf({}, { parts: [{ path: 'fw/firmware.bin', offset: 0x10000, size: 7 }] }),
    ],
    [
      'firmware.file-hash-wrong',
      manifestOf({}, { parts: [{ path: 'fw/firmware.bin', offset: 0x10000, sha256: '0'.repeat(64) }] }),
    ],
  ])('refuses %s', async (wanted, manifest) => {
    await expect(library.importArchive(await zipOf(filesOf(manifest)))).rejects.toThrow(code(wanted));
  });

  it('refuses a zip without a description, and files that are no zip or cut off', async () => {
    const archive = await zipOf(filesOf());
    await expect(library.importArchive(await zipOf({ 'a.bin': app }))).rejects.toThrow(
      code('firmware.manifest-missing'),
    );
    for (const length of [0, 10, archive.length >> 1, archive.length - 1])
      await expect(library.importArchive(archive.slice(0, length))).rejects.toThrow(
        code('firmware.archive-unreadable'),
      );
    await expect(library.importZip(join(folder, 'absent.zip'))).rejects.toThrow(code('file.unreadable'));
  });

  it.each(['../../evil.bin', '/tmp/evil__.bin', 'C:\\evil____.bin', '..\\..\\evil.bin'])(
    'refuses a zip with the path %s',
    async (path) => {
      const harmless = 'x'.repeat(path.length - 4) + '.bin';
      const archive = renamed(await zipOf({ ...filesOf(), [harmless]: app }), harmless, path);
      await expect(library.importArchive(archive)).rejects.toThrow(code('firmware.unsafe-path'));
    },
  );

  it('stops reading a zip that would fill memory, told or untold', async () => {
    const bomb = await zipOf({ ...filesOf(), 'bomb.bin': new Uint8Array(33 * 2 ** 20) });
    expect(bomb.length).toBeLessThan(100_000);
    await expect(library.importArchive(bomb)).rejects.toThrow(code('firmware.too-large'));
    // The same with a directory that claims ten bytes.
    const lying = Buffer.from(bomb);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(33 * 2 ** 20);
    for (let at = lying.indexOf(size); at >= 0; at = lying.indexOf(size)) lying.writeUInt32LE(10, at);
    await expect(library.importArchive(lying)).rejects.toThrow(code('firmware.archive-unreadable'));
    const many = await zipOf(
      Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`${n}.bin`, new Uint8Array(31 * 2 ** 20)])),
    );
    await expect(library.importArchive(many)).rejects.toThrow(code('firmware.too-large'));
  }, 120_000);

  it('throws nothing but its own errors, whatever the zip', async () => {
    const archive = await zipOf(filesOf());
    const edits = fc.array(fc.tuple(fc.nat({ max: archive.length - 1 }), fc.nat({ max: 255 })), {
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(edits, async (changes) => {
        const bytes = archive.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        await readZip(bytes).catch((error: unknown) => {
          if (!isAppError(error)) throw error;
        });
      }),
      { numRuns: 300 },
    );
  }, 60_000);

  it('does not follow links out of a folder', async () => {
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'secret.bin'), app);
    symlinkSync(join(folder, 'secret.bin'), join(folder, 'source/firmware.bin'));
    const manifest = manifestOf({}, { parts: [{ path: 'firmware.bin', offset: 0x10000 }] });
    writeFileSync(join(folder, 'source/manifest.json'), manifest);
    await expect(library.importFolder(join(folder, 'source'))).rejects.toThrow(code('firmware.part-missing'));
  });

  it('leaves out a build for a chip of another tool', async () => {
    const { builds } = JSON.parse(manifestOf()) as { builds: unknown[] };
    const other = { chipFamily: 'ESP8266', parts: [{ path: 'absent.bin', offset: 0 }] };
    const kept = await library.importArchive(
      await zipOf(filesOf(manifestOf({ builds: [other, ...builds] }))),
    );
    expect(kept.builds.map((build) => build.chip)).toEqual(['ESP32']);
  });
});

describe('a manifest on a server', () => {
  let server: Server;
  let base = '';
  const seen: string[] = [];
  beforeEach(async () => {
    seen.length = 0;
    server = createServer((request, response) => {
      const path = request.url ?? '';
      seen.push(path);
      const part = parts.find(({ name }) => path === `/fw/${name}`);
      if (path === '/m.json?token=s3cret') response.end(manifestOf());
      else if (path === '/elsewhere/m.json')
        response.end(
          manifestOf(
            {},
            {
              parts: parts.map(({ name, offset, bytes }) => ({
                path: `${base.replace('127.0.0.1', 'localhost')}/fw/${name}`,
                offset,
                sha256: sha256(bytes),
                size: bytes.length,
              })),
            },
          ),
        );
      else if (part !== undefined) response.end(part.bytes);
      else if (path === '/endless') response.write(Buffer.alloc(2 ** 20 + 1, 32));
      else if (path !== '/silent') response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it('is fetched with its parts, relative to it or from another host', async () => {
    const first = await library.importUrl(`${base}/m.json?token=s3cret`);
    const second = await library.importUrl(`${base}/elsewhere/m.json`);
    expect(first.id).toBe(second.id);
    expect(first.id).toBe((await library.importArchive(await zipOf(filesOf()))).id);
  });

  it('is refused with the reason, without repeating what may be secret', async () => {
    for (const [address, wanted] of [
      [`${base}/absent.json?token=s3cret`, 'firmware.download-failed'],
      [`${base}/endless`, 'firmware.too-large'],
      ['file:///etc/passwd', 'firmware.download-failed'],
      ['http://127.0.0.1:1/m.json?token=s3cret', 'firmware.download-failed'],
      ['no address', 'firmware.manifest-invalid'],
    ] as const) {
      const error: unknown = await library.importUrl(address).catch((caught: unknown) => caught);
      expect([address, error]).toEqual([address, code(wanted)]);
      if (isAppError(error)) expect(error.message + JSON.stringify(error.data)).not.toContain('s3cret');
    }
  });

  it('ends when the server says nothing, and when the person has had enough', async () => {
    await expect(packageFromUrl(`${base}/silent`, undefined, 50)).rejects.toThrow(
      code('firmware.download-timeout'),
    );
    const abort = new AbortController();
    const going = packageFromUrl(`${base}/silent`, abort.signal);
    await expect.poll(() => seen.filter((path) => path === '/silent').length).toBe(2);
    abort.abort();
    await expect(going).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
