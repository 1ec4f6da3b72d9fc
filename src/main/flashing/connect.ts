import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import { chipByImageId, chipByMagic, chipNamed } from './chips/chip-table.ts';
import type { Chip } from './chips/chip.ts';
import { hex } from './flash-errors.ts';
import type { Loader } from './loader.ts';
import { pause } from './pause.ts';
import { bootLoaderResets, isUsbJtag, type ResetSequence, runReset } from './reset.ts';

const syncsPerAttempt = 5;
const magicRegister = 0x40001000;

/** Bits of the flags of GET_SECURITY_INFO. */
const secureDownloadFlag = 1 << 2;

export interface Connection {
  /** The sequence that brought the board into its boot loader; null where it was there already. */
  readonly reset: ResetSequence['name'] | null;
  /** A stub of an earlier session answered, so none has to be sent. */
  readonly stubRunning: boolean;
}

/** What a ROM prints when it starts; `waiting for download` only in download mode. */
const bootLine = /boot:(0x[0-9a-fA-F]+)([\s\S]*waiting for download)?/;

/**
 * Brings the board into its boot loader and finds out which chip it is.
 *
 * @throws AppError `flash.no-sync` (silent), `flash.wrong-boot-mode`, `flash.send-path-down`,
 * `flash.unknown-chip`, `flash.cancelled`, `serial.disconnected`
 */
export async function connect(loader: Loader, platform: NodeJS.Platform): Promise<Connection> {
  const { line } = loader.link;
  const resets = bootLoaderResets(line, platform);
  loader.isStub = false;
  loader.chip = null;
  loader.secureDownload = false;
  let log = '';
  for (let attempt = 0; attempt < loader.timings.connectAttempts; attempt++) {
    const reset = resets[attempt % resets.length] ?? null;
    loader.link.clearLog();
    loader.link.discard();
    if (reset !== null) await runReset(line, reset, loader.timings.resetScale, loader.signal);
    const stubRunning = await trySync(loader);
    if (stubRunning !== null) {
      await detectChip(loader, stubRunning);
      if (!stubRunning && isUsbJtag(line)) await quietWatchdogs(loader);
      return { reset: reset?.name ?? null, stubRunning };
    }
    if (loader.link.log !== '') log = loader.link.log;
  }
  throw noSync(line.address, log);
}

/** Null where nothing answered, else whether a stub did. */
export async function trySync(loader: Loader): Promise<boolean | null> {
  for (let i = 0; i < syncsPerAttempt; i++) {
    try {
      return await loader.sync();
    } catch (error) {
      if (!isAppError(error, 'flash.no-answer') && !isAppError(error, 'flash.refused')) throw error;
      await pause(50 * loader.timings.resetScale, loader.signal);
    }
  }
  return null;
}

function noSync(address: string, log: string): AppError {
  const match = bootLine.exec(log);
  if (match === null) {
    return new AppError('flash.no-sync', `The board on ${address} does not answer.`, {
      address,
      heard: log.length,
    });
  }
  if (match[2] !== undefined) {
    return new AppError('flash.send-path-down', `The board on ${address} waits but hears nothing.`, {
      address,
    });
  }
  return new AppError('flash.wrong-boot-mode', `The board on ${address} is in boot mode ${match[1]}.`, {
    address,
    mode: match[1] ?? '',
  });
}

async function detectChip(loader: Loader, stubRunning: boolean): Promise<void> {
  loader.isStub = stubRunning;
  const chip = await chipOf(loader);
  if (chip === undefined) {
    throw new AppError('flash.unknown-chip', 'The chip is none that is known.', {
      address: loader.link.line.address,
      id: hex(await loader.readRegister(magicRegister)),
    });
  }
  loader.chip = chip;
}

/** By GET_SECURITY_INFO, which the oldest families do not know; they are told apart by a word in ROM. */
async function chipOf(loader: Loader): Promise<Chip | undefined> {
  try {
    const info = await loader.securityInfo();
    loader.secureDownload = (info.flags & secureDownloadFlag) !== 0;
    if (info.chipId !== null) return chipByImageId(info.chipId);
  } catch (error) {
    if (!isAppError(error, 'flash.refused') && !isAppError(error, 'flash.protocol')) throw error;
    await drainRefusals(loader);
  }
  try {
    return chipByMagic(await loader.readRegister(magicRegister));
  } catch (error) {
    // Only an ESP32-S2 in secure download mode tells neither.
    if (!isAppError(error, 'flash.refused')) throw error;
    loader.secureDownload = true;
    return chipNamed('ESP32-S2');
  }
}

/** No repeat comes later than this after the one before, whatever a USB bridge collects. */
const quietMs = 50;

/** A ROM may refuse an unknown command up to eight times; a leftover would pass for the next answer. */
async function drainRefusals(loader: Loader): Promise<void> {
  for (let i = 0; i < 8; i++) {
    if ((await loader.link.nextFrame(quietMs, loader.signal)) === null) return;
  }
}

/** Over the chip's own USB the ROM leaves both watchdogs running, and they bite during a long write. */
async function quietWatchdogs(loader: Loader): Promise<void> {
  const { watchdog, superWatchdog } = loader.knownChip;
  if (loader.secureDownload) return;
  if (watchdog !== null) {
    await loader.writeRegister(watchdog.protect, watchdog.key);
    await loader.writeRegister(watchdog.config0, 0);
    await loader.writeRegister(watchdog.protect, 0);
  }
  if (superWatchdog !== null) {
    await loader.writeRegister(superWatchdog.protect, superWatchdog.key);
    const before = await loader.readRegister(superWatchdog.config);
    await loader.writeRegister(superWatchdog.config, (before | superWatchdog.autoFeed) >>> 0);
    await loader.writeRegister(superWatchdog.protect, 0);
  }
}
