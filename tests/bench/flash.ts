/**
 * `npm run bench:flash`: how long writing takes against what the wire needs, on virtual boards whose line
 * carries 92 160 bytes a second (921 600 baud, 8N1), with Debian 13's esptool doing the same job in the same
 * run.
 */
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { openBoard, prepareParts, stubBlockBytes } from '../../src/main/flashing/index.ts';
import { NetworkPort } from '../../src/simulator/esp32/network-port.ts';
import { VirtualBoard } from '../../src/simulator/esp32/virtual-board.ts';
import { hasEsptool, openEsptool } from '../support/esptool.ts';
import { firmwareSet } from '../support/firmware-set.ts';

const wireBytesPerSecond = 92_160;
const mebibyte = 1024 * 1024;
const offset = 0x10000;
const never = new AbortController().signal;
const session = { baudRates: [921_600] };
let failed = false;

/** Machine code of a real program, as the code of a firmware is. */
function realCode(bytes: number, from: number): Buffer {
  const file = openSync(process.execPath, 'r');
  const code = Buffer.alloc(bytes);
  readSync(file, code, 0, bytes, from);
  closeSync(file);
  return code;
}

function judge(what: string, value: string, good: boolean): void {
  if (!good) failed = true;
  console.log(`${good ? 'ok  ' : 'MISS'} ${what}: ${value}`);
}

interface Timed {
  readonly openS: number;
  readonly writeS: number;
}

/** In its boot loader already and without modem lines, as esptool finds it over a socket. */
async function writeOn(virtual: VirtualBoard, image: Buffer): Promise<Timed> {
  const line = virtual.connect('virtual', { baudRate: 115_200, modemLines: false });
  const started = performance.now();
  const board = await openBoard(line, session, never);
  const opened = performance.now();
  await board.write([{ offset, bytes: image }], never);
  const written = performance.now();
  await board.close();
  await line.close();
  if (!virtual.flash.read(offset, image.length).equals(image))
    throw new Error('the flash holds something else');
  return { openS: (opened - started) / 1000, writeS: (written - opened) / 1000 };
}

const newBoard = (): VirtualBoard => new VirtualBoard({ chip: 'esp32', paced: true, bootHeld: true });

/** Seconds from the first byte to the last on a line that somebody else opens. */
function watchLine(virtual: VirtualBoard): () => number {
  let first = 0;
  let last = 0;
  const connect = virtual.connect.bind(virtual);
  virtual.connect = (address, host) => {
    const line = connect(address, host);
    const write = line.write.bind(line);
    line.write = (bytes) => {
      if (first === 0) first = performance.now();
      return write(bytes);
    };
    line.onData(() => (last = performance.now()));
    return line;
  };
  return () => (last - first) / 1000;
}

interface TheirTime {
  /** As it prints it: without connecting and without verifying. */
  readonly writeS: number;
  readonly lineS: number;
}

async function esptoolWrites(image: Buffer): Promise<TheirTime | null> {
  if (!hasEsptool) return null;
  const esptool = await openEsptool();
  const virtual = new VirtualBoard({ chip: 'esp32', paced: true, bootHeld: true });
  const lineSeconds = watchLine(virtual);
  const tcp = await NetworkPort.listen(virtual);
  try {
    writeFileSync(join(esptool.folder, 'image.bin'), image);
    const { code, output } = await esptool.run([
      '--chip',
      'esp32',
      '--port',
      `socket://127.0.0.1:${tcp.port}`,
      '--baud',
      '921600',
      '--before',
      'no_reset',
      '--after',
      'no_reset',
      'write_flash',
      `0x${offset.toString(16)}`,
      `${esptool.inside}/image.bin`,
    ]);
    const told = /in ([\d.]+) seconds \(effective/.exec(output)?.[1];
    if (code !== 0 || told === undefined) throw new Error(output);
    return { writeS: Number(told), lineS: lineSeconds() };
  } finally {
    await tcp.close();
    await virtual.close();
    esptool.remove();
  }
}

const image = realCode(mebibyte, 24 * mebibyte);
const packed = deflateSync(image, { level: 9 }).length;
const wireS = packed / wireBytesPerSecond;
console.log(`     1 MiB of code, ${packed} bytes compressed: ${wireS.toFixed(3)} s on the wire at best`);

await prepareParts([{ offset, bytes: image }], stubBlockBytes);
const one = newBoard();
const alone = await writeOn(one, image);
console.log(`     connected and identified in ${alone.openS.toFixed(2)} s`);
judge(
  'one board, compare + write + verify, times the wire (at most 1.05)',
  `${alone.writeS.toFixed(3)} s = ${(alone.writeS / wireS).toFixed(3)}`,
  alone.writeS <= 1.05 * wireS,
);
await one.close();

const theirs = await esptoolWrites(image);
if (theirs === null) console.log('     esptool: not possible on this machine');
else {
  const ours = alone.openS + alone.writeS;
  console.log(
    `     esptool says: written in ${theirs.writeS.toFixed(1)} s, without connecting and verifying`,
  );
  judge(
    "the whole job, connect to verified, against Debian 13's esptool from its first byte to its last",
    `${ours.toFixed(2)} s, esptool ${theirs.lineS.toFixed(2)} s`,
    ours <= theirs.lineS,
  );
}

const eight = Array.from({ length: 8 }, newBoard);
const together = await Promise.all(eight.map((virtual) => writeOn(virtual, image)));
const slowest = Math.max(...together.map(({ writeS }) => writeS));
judge(
  'eight boards at once, the slowest against one alone (at least 95 %)',
  `${slowest.toFixed(3)} s = ${((100 * alone.writeS) / slowest).toFixed(1)} %`,
  alone.writeS / slowest >= 0.95,
);
await Promise.all(eight.map((virtual) => virtual.close()));

const layout = [
  ...firmwareSet({ chipId: 0, bootLoaderOffset: 0x1000, appBytes: 1_200_000 }),
  { offset: 0x150000, bytes: realCode(0x140000, 16 * mebibyte) },
  { offset: 0x290000, bytes: realCode(0x170000, 32 * mebibyte) },
];
const full = new VirtualBoard({ chip: 'esp32', paced: true });
for (const part of layout) full.flash.program(part.offset, part.bytes);
const line = full.connect('virtual');
const started = performance.now();
const board = await openBoard(line, session, never);
const result = await board.write(layout, never);
const reflashS = (performance.now() - started) / 1000;
judge(
  `unchanged 4 MiB layout with connecting (${result.sentBytes} bytes sent; below 3 s)`,
  `${reflashS.toFixed(2)} s`,
  reflashS < 3 && result.sentBytes === 0,
);
await board.close();
await line.close();
await full.close();
process.exit(failed ? 1 : 0);
