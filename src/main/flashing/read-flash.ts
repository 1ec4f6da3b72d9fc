import { AppError } from '../../shared/domain/app-error.ts';
import { hex } from './flash-errors.ts';
import { md5Of } from './flash-part.ts';
import type { Loader } from './loader.ts';
import { words } from './protocol.ts';
import { encodeSlip } from './slip.ts';

const packetBytes = 0x1000;
const packetsInFlight = 64;
const slowReadBytes = 64;

/**
 * Reads one stretch and compares it with the MD5 that the chip sends after it; by the ROM in steps of 64
 * bytes, compared with an MD5 asked for afterwards.
 *
 * @throws AppError `flash.md5-mismatch` and what commands throw
 */
export async function readStretch(loader: Loader, address: number, bytes: number): Promise<Buffer> {
  const [data, md5] = loader.isStub
    ? await readByStub(loader, address, bytes)
    : await readByRom(loader, address, bytes);
  if (md5Of(data) !== md5) {
    throw new AppError('flash.md5-mismatch', `Reading at ${hex(address)} went wrong.`, {
      address: loader.link.line.address,
      offset: hex(address),
    });
  }
  return data;
}

/** Packets are raw frames; each is answered with a raw frame of the bytes received so far. */
async function readByStub(loader: Loader, address: number, bytes: number): Promise<[Buffer, string]> {
  const data = Buffer.alloc(bytes);
  await loader.command('readFlash', words(address, bytes, packetBytes, packetsInFlight));
  let received = 0;
  while (received < bytes) {
    const packet = await nextPacket(loader);
    if (packet.length > bytes - received) throw loader.protocolError('readFlash', 'too many bytes');
    packet.copy(data, received);
    received += packet.length;
    await loader.link.send(encodeSlip(words(received)));
  }
  const md5 = await nextPacket(loader);
  if (md5.length !== 16) throw loader.protocolError('readFlash', 'no MD5 at the end');
  return [data, md5.toString('hex')];
}

async function nextPacket(loader: Loader): Promise<Buffer> {
  const timeoutMs = loader.timings.command + loader.wireMs(2 * packetBytes);
  const packet = await loader.link.nextFrame(timeoutMs, loader.signal);
  if (packet !== null) return packet;
  throw new AppError('flash.no-answer', 'The board stopped sending.', {
    address: loader.link.line.address,
    step: 'readFlash',
  });
}

async function readByRom(loader: Loader, address: number, bytes: number): Promise<[Buffer, string]> {
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += slowReadBytes) {
    const length = Math.min(slowReadBytes, bytes - at);
    const answer = await loader.command('readFlashSlow', words(address + at, length));
    if (answer.data.length < length) throw loader.protocolError('readFlashSlow', 'too few bytes');
    answer.data.copy(data, at, 0, length);
  }
  return [data, await loader.md5(address, bytes)];
}
