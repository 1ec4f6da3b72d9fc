import type { SerialLine } from '../serial/serial-line.ts';
import { pause } from './pause.ts';

/** One change of the lines, then a wait in milliseconds. */
interface Step {
  readonly dtr: boolean;
  readonly rts: boolean;
  readonly waitMs: number;
}

export interface ResetSequence {
  readonly name: 'tight' | 'tight-slow' | 'classic' | 'classic-slow' | 'usb-jtag' | 'hard' | 'hard-usb';
  readonly steps: readonly Step[];
}

const step = (dtr: boolean, rts: boolean, waitMs = 0): Step => ({ dtr, rts, waitMs });

/**
 * Into the boot loader through the usual two transistors: EN follows RTS, IO0 follows DTR, and both asserted
 * or both released leave the chip alone. Sources: esptool, `reset.py`.
 */
const classic = (name: ResetSequence['name'], delayMs: number): ResetSequence => ({
  name,
  steps: [step(false, true, 100), step(true, false, delayMs), step(false, false)],
});

/** Without a moment in which only one line has changed; where the system sets both at once. */
const tight = (name: ResetSequence['name'], delayMs: number): ResetSequence => ({
  name,
  steps: [
    step(false, false),
    step(true, true),
    step(false, true, 100),
    step(true, false, delayMs),
    step(false, false),
  ],
});

/** The chip's own USB serial unit: idle, IO0 set, reset by passing through (1,1), then done. */
const usbJtag: ResetSequence = {
  name: 'usb-jtag',
  steps: [
    step(false, false, 100),
    step(true, false, 100),
    step(true, true),
    step(false, true, 100),
    step(false, false),
  ],
};

/** Into the program: EN low, then released; IO0 is high in both. */
export const hardReset: ResetSequence = { name: 'hard', steps: [step(false, true, 100), step(false, false)] };
export const hardUsbReset: ResetSequence = {
  name: 'hard-usb',
  steps: [step(false, true, 200), step(false, false, 200)],
};

const espressif = 0x303a;
const usbJtagProduct = 0x1001;

export function isUsbJtag(line: SerialLine): boolean {
  return line.usb?.vendorId === espressif && line.usb.productId === usbJtagProduct;
}

/** Any USB of Espressif's own: the port goes away and comes back when the chip restarts. */
export function isNativeUsb(line: SerialLine): boolean {
  return line.usb?.vendorId === espressif;
}

/**
 * What to try, in this order, again and again. None where no modem lines reach the board: then a person
 * has to hold BOOT and press EN.
 */
export function bootLoaderResets(line: SerialLine, platform: NodeJS.Platform): readonly ResetSequence[] {
  if (!line.hasModemLines) return [];
  if (isUsbJtag(line)) return [usbJtag, classic('classic', 50)];
  const slow = 550;
  const portable = [classic('classic', 50), classic('classic-slow', slow)];
  // Drivers of Windows set one line after the other; a remote serial port is told of each line by itself.
  if (platform === 'win32' || line.address.startsWith('rfc2217://')) return portable;
  return [tight('tight', 50), tight('tight-slow', slow), ...portable];
}

/**
 * @throws AppError `serial.disconnected`, `serial.failed`, `flash.cancelled`; the lines are released then too
 */
export async function runReset(
  line: SerialLine,
  sequence: ResetSequence,
  scale: number,
  signal: AbortSignal,
): Promise<void> {
  let released = false;
  try {
    for (const { dtr, rts, waitMs } of sequence.steps) {
      await line.setSignals({ dtr, rts });
      if (waitMs > 0) await pause(waitMs * scale, signal);
    }
    released = true;
  } finally {
    // A board must not be left held in reset by a step that was cut short.
    if (!released) await line.setSignals({ dtr: false, rts: false }).catch(() => undefined);
  }
}
