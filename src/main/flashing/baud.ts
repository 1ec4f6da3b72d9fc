import { isAppError } from '../../shared/domain/app-error.ts';
import type { SerialLine } from '../serial/serial-line.ts';
import { isLineTrouble } from './flash-errors.ts';
import type { Loader } from './loader.ts';
import { words } from './protocol.ts';
import { pause } from './pause.ts';
import { isNativeUsb } from './reset.ts';

export const romBaudRate = 115_200;

const silabs = 0x10c4;

/**
 * What to try, fastest first; the last is the one that the ROM speaks. The usual CP2102 ends at 921 600, other
 * bridges reach more.
 */
export function baudLadder(line: SerialLine): readonly number[] {
  if (isNativeUsb(line)) return [romBaudRate];
  const fast = line.usb !== null && line.usb.vendorId !== silabs ? [1_500_000] : [];
  return [...fast, 921_600, 460_800, 230_400, romBaudRate];
}

const probeRegister = 0x40001000;
const probes = 4;

/**
 * Changes the speed of both ends and proves it. False where the board did not follow or answers wrongly; the
 * line is at its old speed again then, but the board may be anywhere: reconnect unless it answers.
 */
export async function changeBaudRate(loader: Loader, to: number): Promise<boolean> {
  const { line } = loader.link;
  const from = line.baudRate;
  if (to === from) return true;
  const expected = await loader.readRegister(probeRegister);
  await loader.command('changeBaudRate', words(to, loader.isStub ? from : 0));
  try {
    await line.setBaudRate(to);
  } catch (error) {
    if (!isAppError(error, 'serial.baud-rate-unsupported')) throw error;
    return false;
  }
  // The chip changes after its answer has left; a byte in between would be lost.
  await pause(50 * loader.timings.resetScale, loader.signal);
  loader.link.discard();
  if (await answers(loader, expected)) return true;
  await line.setBaudRate(from);
  return false;
}

/** Whether a register is read right several times in a row, as it is not over a line that is too fast. */
async function answers(loader: Loader, expected: number): Promise<boolean> {
  try {
    for (let i = 0; i < probes; i++) {
      const { value } = await loader.command('readRegister', words(probeRegister), { timeoutMs: 500 });
      if (value !== expected) return false;
    }
    return true;
  } catch (error) {
    if (isLineTrouble(error)) return false;
    throw error;
  }
}
