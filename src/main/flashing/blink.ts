import { AppError, isAppError } from '../../shared/domain/app-error.ts';
import type { GpioController } from './chips/chip.ts';
import type { Loader } from './loader.ts';
import { pause } from './pause.ts';

const outSet = 0x08;
const outClear = 0x0c;
const enableSet = 0x24;
const enableClear = 0x28;
const padFunctionShift = 12;
const padFunctionMask = 0x7 << padFunctionShift;
const halfPeriodMs = 200;

/**
 * Lets the LED of a board flash by writing the registers of its pins through the boot loader; nothing is
 * written to the flash. Where the family has no plain LED, the commands themselves still make the LED of its
 * USB bridge flicker.
 *
 * @param pins by default those that carry a LED on common boards of that family
 */
export async function blink(loader: Loader, seconds: number, pins?: readonly number[]): Promise<void> {
  const { gpio } = loader.knownChip;
  const chosen = (pins ?? gpio?.ledPins ?? []).filter((pin) => pin < 32);
  const until = performance.now() + seconds * 1000;
  if (gpio === null || chosen.length === 0 || loader.secureDownload) {
    while (performance.now() < until) await flicker(loader);
    return;
  }
  const mask = chosen.reduce((sum, pin) => (sum | (1 << pin)) >>> 0, 0);
  for (const pin of chosen) await makeOutput(loader, gpio, pin);
  await loader.writeRegister(gpio.base + enableSet, mask);
  try {
    for (let on = true; performance.now() < until; on = !on) {
      await loader.writeRegister(gpio.base + (on ? outSet : outClear), mask);
      await pause(halfPeriodMs, loader.signal);
    }
  } catch (error) {
    if (!isAppError(error, 'flash.cancelled')) throw error;
    throw new AppError('flash.cancelled', 'Blinking was stopped.', {}, error);
  } finally {
    await release(loader, gpio, mask);
  }
}

async function makeOutput(loader: Loader, gpio: GpioController, pin: number): Promise<void> {
  const pad = gpio.pad(pin);
  if (pad !== null) await loader.writeRegister(pad, gpio.padFunction << padFunctionShift, padFunctionMask);
  await loader.writeRegister(gpio.base + gpio.functionSelect + 4 * pin, gpio.plainOutput);
}

/** The pins are let go of also when the blinking was stopped; whether the board still listens does not matter. */
async function release(loader: Loader, gpio: GpioController, mask: number): Promise<void> {
  const { signal } = loader;
  loader.signal = new AbortController().signal;
  try {
    await loader.writeRegister(gpio.base + outClear, mask);
    await loader.writeRegister(gpio.base + enableClear, mask);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  } finally {
    loader.signal = signal;
  }
}

async function flicker(loader: Loader): Promise<void> {
  const until = performance.now() + halfPeriodMs;
  while (performance.now() < until) await loader.sync();
  await pause(halfPeriodMs, loader.signal);
}
