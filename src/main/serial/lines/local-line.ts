import { SerialPort } from 'serialport';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { LineSignals, SerialLine, UsbIdentity } from '../serial-line.ts';
import { LineCore } from './line-core.ts';

/** Both always go together, and so do the lines that serialport would otherwise set to its own defaults. */
const controlLines = ({ dtr, rts }: LineSignals) => ({ brk: false, cts: false, dsr: false, dtr, rts });

/**
 * Opens a device of this machine, exclusively, and releases DTR and RTS at once: Linux and macOS assert both on
 * opening. `hupcl` is off, or closing the line would drop DTR and so could reset the board.
 *
 * @throws AppError `serial.port-not-found`, `serial.port-busy`, `serial.access-denied`, `serial.failed`
 */
export async function openLocalLine(
  address: string,
  options: { readonly baudRate: number; readonly usb: UsbIdentity | null },
  signal: AbortSignal,
): Promise<SerialLine> {
  signal.throwIfAborted();
  const port = new SerialPort({
    path: address,
    baudRate: options.baudRate,
    lock: true,
    hupcl: false,
    autoOpen: false,
  });
  // Opening cannot be cut short: who aborts gets the reason when it is through, and the port is free again.
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error === null ? resolve() : reject(openError(address, error))));
  });
  const line = new LocalLine(address, options.usb, port);
  try {
    await line.releaseSignals();
    signal.throwIfAborted();
    return line;
  } catch (error) {
    await line.close();
    throw error;
  }
}

/** How often a line that says nothing is asked whether it is still there. */
const presenceIntervalMs = 1_000;

class LocalLine implements SerialLine {
  readonly address: string;
  readonly usb: UsbIdentity | null;
  readonly #port: SerialPort;
  readonly #core: LineCore;
  #hasModemLines = true;
  #closing: Promise<void> | undefined;
  #presence: NodeJS.Timeout | undefined;

  constructor(address: string, usb: UsbIdentity | null, port: SerialPort) {
    this.address = address;
    this.usb = usb;
    this.#port = port;
    this.#core = new LineCore(address);
    port.on('data', (bytes: Buffer) => this.#core.received(bytes));
    port.on('error', (error) => this.#core.ended(this.#core.disconnected(error)));
    port.on('close', (error: Error | null) => this.#lost(error));
    if (process.platform !== 'win32') {
      this.#presence = setInterval(() => this.#lookForIt(), presenceIntervalMs);
      this.#presence.unref();
    }
  }

  /**
   * A terminal that was hung up in the very moment of a read gives nothing at every further one, and serialport reads on
   * for ever (its unix reader takes zero bytes for "not yet"). Asked for its modem lines, such a one answers `EIO`.
   */
  #lookForIt(): void {
    if (!this.#port.isOpen) return;
    this.#port.get((error) => {
      if (error === null || !/input\/output error|no such device|bad file descriptor/i.test(error.message))
        return;
      this.#lost(error);
      if (this.#port.isOpen) this.#port.close(() => undefined);
    });
  }

  #lost(error: Error | null): void {
    clearInterval(this.#presence);
    this.#core.ended(this.#core.disconnected(error));
  }

  get hasModemLines(): boolean {
    return this.#hasModemLines;
  }

  get baudRate(): number {
    return this.#port.baudRate;
  }

  async releaseSignals(): Promise<void> {
    await this.setSignals({ dtr: false, rts: false });
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#core.whileOpen((settle) => {
      this.#port.write(bytes, (error) => {
        if (error !== null && error !== undefined) settle(this.#core.disconnected(error));
        else this.#port.drain((drainError) => settle(drainError));
      });
    });
  }

  setSignals(signals: LineSignals): Promise<void> {
    if (!this.#hasModemLines) return this.#core.whileOpen((settle) => settle());
    return this.#core.whileOpen((settle) => {
      this.#port.set(controlLines(signals), (error) => {
        if (error !== null && lacksModemLines(error)) {
          this.#hasModemLines = false;
          settle();
        } else {
          settle(error);
        }
      });
    });
  }

  setBaudRate(baudRate: number): Promise<void> {
    return this.#core.whileOpen((settle) => {
      this.#port.update({ baudRate }, (error) =>
        settle(error === null || error === undefined ? undefined : this.#unsupported(baudRate, error)),
      );
    });
  }

  #unsupported(baudRate: number, cause: unknown): AppError {
    const { address } = this;
    return new AppError(
      'serial.baud-rate-unsupported',
      `${address} does not support ${baudRate} baud`,
      { address, baudRate },
      cause,
    );
  }

  onData = (listener: (bytes: Buffer) => void): (() => void) => this.#core.onData(listener);
  onClosed: SerialLine['onClosed'] = (listener) => this.#core.onClosed(listener);

  close(): Promise<void> {
    clearInterval(this.#presence);
    this.#core.ended(null);
    // A port that has vanished is closed already, and says so by an error that changes nothing.
    this.#closing ??= new Promise((resolve) => {
      if (this.#port.isOpen) this.#port.close(() => resolve());
      else resolve();
    });
    return this.#closing;
  }
}

/** A pty has no modem lines (`ENOTTY`), some adapters and virtual ports refuse the request as such (`EINVAL`). */
function lacksModemLines(error: Error): boolean {
  return /inappropriate ioctl|invalid argument|not supported/i.test(error.message);
}

/** serialport gives words, not codes; these are those of its three bindings. */
function openError(address: string, error: Error): AppError {
  const { message } = error;
  const data = { address };
  const make = (
    code: 'serial.port-not-found' | 'serial.port-busy' | 'serial.access-denied' | 'serial.failed',
  ) => new AppError(code, `${address} cannot be opened: ${message}`, data, error);
  if (/no such (file|device)|file not found|ENOENT|ENXIO|ENODEV/i.test(message))
    return make('serial.port-not-found');
  // Windows has no rights on ports: "access denied" there means that another program has it.
  if (/cannot lock port|resource busy|temporarily unavailable|EBUSY/i.test(message))
    return make('serial.port-busy');
  if (/access denied/i.test(message) && process.platform === 'win32') return make('serial.port-busy');
  if (/permission denied|operation not permitted|EACCES|EPERM|access denied/i.test(message))
    return make('serial.access-denied');
  return make('serial.failed');
}
