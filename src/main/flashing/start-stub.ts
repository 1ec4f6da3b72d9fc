import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { Loader } from './loader.ts';
import { command, encodeRequest, stubGreeting, words } from './protocol.ts';
import { encodeSlip } from './slip.ts';
import type { Stub } from './stubs.ts';

const ramBlock = 0x1800;
const usbRamBlock = 0x800;

/** Pointer of the ESP32-S3 ROM to its flash read function (esptool, `run_stub`). */
const s3ReadPointer = 0x3fcef688;

/**
 * Puts the stub into memory and starts it; the loader speaks to the stub afterwards.
 *
 * @throws AppError `flash.stub-failed` and the errors of commands
 */
export async function startStub(
  loader: Loader,
  stub: Stub,
  options: { readonly usbOtg: boolean; readonly secureBoot: boolean },
): Promise<void> {
  for (const piece of stub.pieces) {
    await loader.writeMemory(piece.bytes, piece.address, options.usbOtg ? usbRamBlock : ramBlock);
  }
  // The ROM of an ESP32-S3 with secure boot does not run code from memory, but follows this pointer of its own.
  const detour = loader.knownChip.name === 'ESP32-S3' && options.secureBoot;
  const readPointer = detour ? await startByReadPointer(loader, stub) : await start(loader, stub.entry);
  await greeting(loader);
  loader.isStub = true;
  if (readPointer !== null) await loader.writeRegister(s3ReadPointer, readPointer);
}

async function start(loader: Loader, entry: number): Promise<null> {
  await endMemory(loader, entry);
  return null;
}

async function startByReadPointer(loader: Loader, stub: Stub): Promise<number> {
  await endMemory(loader, 0);
  const before = await loader.readRegister(s3ReadPointer);
  await loader.writeRegister(s3ReadPointer, stub.entry);
  await loader.link.send(encodeSlip(encodeRequest(command.readFlashSlow, words(0, 0))));
  return before;
}

/**
 * A ROM may jump before its answer has left, and the greeting may come in its place: neither is an error, and
 * no frame may be thrown away here.
 */
async function endMemory(loader: Loader, entry: number): Promise<void> {
  const request = encodeSlip(encodeRequest(command.memEnd, words(entry === 0 ? 1 : 0, entry)));
  if (entry !== 0) {
    loader.link.discard();
    await loader.link.send(request);
    return;
  }
  try {
    await loader.exchange('memEnd', request, loader.timings.memEnd);
  } catch (error) {
    if (!isAppError(error, 'flash.no-answer')) throw error;
  }
}

async function greeting(loader: Loader): Promise<void> {
  const until = performance.now() + loader.timings.greeting;
  for (let left = loader.timings.greeting; left > 0; left = until - performance.now()) {
    const frame = await loader.link.nextFrame(left, loader.signal);
    if (frame === null) break;
    if (frame.toString('latin1') === stubGreeting) return;
  }
  throw new AppError('flash.stub-failed', `The stub did not start on ${loader.knownChip.name}.`, {
    chip: loader.knownChip.name,
  });
}
