import { isAppError } from '../../shared/domain/app-error.ts';
import type { Compressed } from './flash-part.ts';
import type { Answer, Loader } from './loader.ts';
import { blockData, checksum, command, encodeRequest, isRefusedBlock, words } from './protocol.ts';
import { encodeSlip } from './slip.ts';
import { timeoutFor } from './timings.ts';

export const stubBlockBytes = 0x4000;
export const usbBlockBytes = 0x800;
const romBlockBytes = 0x400;
const attemptsPerBlock = 3;

/**
 * Writes compressed bytes through the stub. It acknowledges a block when it begins to work on it, and has one
 * more buffer to receive the next: so the next block follows the acknowledgement at once, and none may be sent
 * ahead of it, as the stub drops what comes while both buffers are full (esp-flasher-stub, `frame_buffer.c`).
 * Frames are made ahead: nothing but the turn-round lies between two blocks.
 *
 * @param onBlock called with what the block becomes on the flash
 * @returns milliseconds that the last block may keep the board busy
 */
export async function writeCompressed(
  loader: Loader,
  address: number,
  bytes: number,
  { blocks, expanded }: Compressed,
  blockBytes: number,
  onBlock: (bytes: number) => void,
): Promise<number> {
  const { timings } = loader;
  const busy = (index: number): number => ((expanded[index] ?? 0) * timings.erasePerMebibyte) / 2 ** 20;
  await loader.command('deflateBegin', words(bytes, blocks.length, blockBytes, address));
  let frame = blockFrame('deflateData', blocks[0] ?? Buffer.alloc(0), 0);
  for (let index = 0; index < blocks.length; index++) {
    // The acknowledgement comes when the block before is on the flash.
    const sent = sendBlock(loader, 'deflateData', frame, timings.command + busy(index - 1));
    const next = blocks[index + 1];
    if (next !== undefined) frame = blockFrame('deflateData', next, index + 1);
    await sent;
    onBlock(expanded[index] ?? 0);
  }
  return busy(blocks.length - 1);
}

/** Writes through the ROM: everything is erased first, blocks are plain and the last is filled up with 0xFF. */
export async function writePlain(
  loader: Loader,
  address: number,
  bytes: Uint8Array,
  onBlock: (bytes: number) => void,
): Promise<void> {
  await eraseByRom(loader, address, bytes.length);
  for (let at = 0, sequence = 0; at < bytes.length; at += romBlockBytes, sequence++) {
    const block = Buffer.alloc(romBlockBytes, 0xff);
    block.set(bytes.subarray(at, at + romBlockBytes));
    await sendBlock(loader, 'flashData', blockFrame('flashData', block, sequence), loader.timings.command);
    onBlock(Math.min(romBlockBytes, bytes.length - at));
  }
}

/** Begins a plain write, which erases what it covers; the ROMs after the ESP32's want a fifth word. */
export async function eraseByRom(loader: Loader, address: number, bytes: number): Promise<void> {
  const blocks = Math.ceil(bytes / romBlockBytes);
  const request = [bytes, blocks, romBlockBytes, address];
  const { name } = loader.knownChip;
  if (name !== 'ESP32' && name !== 'ESP8266') request.push(0);
  await loader.command('flashBegin', words(...request), {
    timeoutMs: timeoutFor(loader.timings, loader.timings.erasePerMebibyte, bytes),
  });
}

type BlockCommand = 'deflateData' | 'flashData';

function blockFrame(name: BlockCommand, block: Uint8Array, sequence: number): Buffer {
  return encodeSlip(encodeRequest(command[name], blockData(block, sequence), checksum(block)));
}

/** A block that arrived damaged has not been used and is sent again; after any other fault nobody knows. */
async function sendBlock(
  loader: Loader,
  name: BlockCommand,
  frame: Buffer,
  timeoutMs: number,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await loader.exchange(name, frame, timeoutMs);
    } catch (error) {
      const again = isAppError(error, 'flash.refused') && isRefusedBlock(Number(error.data['code']));
      if (!again || attempt >= attemptsPerBlock) throw error;
    }
  }
}
