import { isAppError } from '../../shared/domain/app-error.ts';
import { romBaudRate } from './baud.ts';
import { type BootReport, watchBoot } from './boot-watch.ts';
import { isLineTrouble } from './flash-errors.ts';
import type { Loader } from './loader.ts';
import { words } from './protocol.ts';
import { hardReset, hardUsbReset, isNativeUsb, runReset } from './reset.ts';

/**
 * Restarts the board into its program and waits until it says that it has started. Where the reset line alone
 * leaves the chip in its boot loader, its watchdog restarts it.
 *
 * @throws AppError `serial.failed`, `flash.cancelled`; a port that goes away with the reset is no error
 */
export async function restart(loader: Loader): Promise<BootReport> {
  const { line } = loader.link;
  const native = isNativeUsb(line);
  await quietly(() => leaveForcedDownload(loader));
  if (native || !line.hasModemLines) await quietly(() => watchdogReset(loader));
  try {
    if (line.baudRate !== romBaudRate) await line.setBaudRate(romBaudRate);
    loader.link.discard();
    if (!native) loader.link.clearLog();
    loader.isStub = false;
    if (line.hasModemLines) {
      await runReset(line, native ? hardUsbReset : hardReset, loader.timings.resetScale, loader.signal);
    }
    return await watchBoot(loader);
  } catch (error) {
    // The chip's own USB leaves the bus when it restarts: that is the reset being done.
    if (native && isAppError(error, 'serial.disconnected'))
      return { outcome: 'silent', log: loader.link.log };
    throw error;
  }
}

/** A board may have stopped answering by then, which must not keep it from being reset. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isLineTrouble(error) && !isAppError(error, 'serial.disconnected')) throw error;
  }
}

/** Some chips remember that they were told to stay in download mode. */
async function leaveForcedDownload(loader: Loader): Promise<void> {
  const force = loader.chip?.forceDownload ?? null;
  if (force === null || loader.secureDownload) return;
  await loader.command('writeRegister', words(force.register, 0, force.mask, 0), { timeoutMs: 500 });
}

/** Restarts the whole chip within about 10 ms; there is no answer to the last command of it. */
async function watchdogReset(loader: Loader): Promise<void> {
  const watchdog = loader.chip?.watchdog ?? null;
  if (watchdog === null || loader.secureDownload) return;
  const enable = (0x80000000 | (5 << 28) | (1 << 8) | 2) >>> 0;
  const ticks = 2000;
  await loader.writeRegister(watchdog.protect, watchdog.key);
  await loader.writeRegister(watchdog.config1, ticks);
  loader.link.clearLog();
  await loader.command('writeRegister', words(watchdog.config0, enable, 0xffffffff, 0), { timeoutMs: 200 });
  await loader.command('writeRegister', words(watchdog.protect, 0, 0xffffffff, 0), { timeoutMs: 200 });
}
