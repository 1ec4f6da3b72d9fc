import { isAppError } from '../../shared/domain/app-error.ts';
import { changeBaudRate, romBaudRate } from './baud.ts';
import { type BootReport, readBootLog, watchBoot } from './boot-watch.ts';
import { trySync } from './connect.ts';
import { isLineTrouble } from './flash-errors.ts';
import type { Loader } from './loader.ts';
import { words } from './protocol.ts';
import { eraseByRom } from './write-stretch.ts';
import { hardReset, hardUsbReset, isNativeUsb, runReset } from './reset.ts';

/** Size, blocks, block size and offset of FLASH_BEGIN. */
const nothingToWrite = words(0, 0, 0x400, 0);
/** The last answer may be cut short by what it announces. */
const endAnswerMs = 500;

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
  // What the chip says first comes at the speed of the ROM, and at once: a line that changes its speed only then
  // loses what has arrived meanwhile.
  if (!line.hasModemLines) await quietly(async () => void (await changeBaudRate(loader, romBaudRate)));
  const viaRom = !line.hasModemLines && loader.chip?.watchdog === null && !loader.secureDownload;
  if (viaRom) return await restartThroughRom(loader);
  if (native || !line.hasModemLines) await quietly(() => watchdogReset(loader));
  try {
    if (line.baudRate !== romBaudRate) await line.setBaudRate(romBaudRate);
    loader.link.discard();
    // Where the watchdog has done it already, what is in the log is the start of the board.
    if (!native && line.hasModemLines) loader.link.clearLog();
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

/**
 * For a chip that only EN can restart, on a line that has none: its ROM goes on to the program when it is told
 * that writing is over. Where a stub runs, the ROM is brought back first; that is a restart by software, which
 * keeps BOOT as it was read before. What the program restarts later leads back into the boot loader, until EN is
 * pressed. Sources: esptool, `soft_reset` in `loader.py`; `serial-protocol.rst` on FLASH_END.
 */
async function restartThroughRom(loader: Loader): Promise<BootReport> {
  let started = false;
  await quietly(async () => {
    if (loader.isStub) started = await backToRom(loader);
    if (started) return;
    if (loader.knownChip.name !== 'ESP8266') await loader.attachFlash();
    await eraseByRom(loader, 0, 0);
    loader.link.clearLog();
    await loader.command('flashEnd', words(1), { timeoutMs: endAnswerMs });
  });
  if (loader.link.line.baudRate !== romBaudRate) await loader.link.line.setBaudRate(romBaudRate);
  return await watchBoot(loader);
}

/** True where the chip went on to its program by itself. */
async function backToRom(loader: Loader): Promise<boolean> {
  const { link, signal, timings } = loader;
  await loader.command('flashBegin', nothingToWrite);
  link.clearLog();
  await loader.command('flashEnd', words(0), { timeoutMs: endAnswerMs });
  loader.isStub = false;
  if (link.line.baudRate !== romBaudRate) await link.line.setBaudRate(romBaudRate);
  await link.waitForLog((log) => readBootLog(log) !== null, timings.bootBanner, signal);
  const outcome = readBootLog(link.log);
  if (outcome !== null && outcome !== 'download-mode') return true;
  await trySync(loader);
  return false;
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
