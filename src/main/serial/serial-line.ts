import type { AppError } from '../../shared/domain/app-error.ts';
import type { Closable } from '../foundation/disposer.ts';

/** Both modem lines, always together: setting one alone lets a driver change the other, and the board resets. */
export interface LineSignals {
  /** Data terminal ready; on most boards pulls IO0 low where RTS is not asserted too. */
  readonly dtr: boolean;
  /** Request to send; on most boards pulls EN (reset) low where DTR is not asserted too. */
  readonly rts: boolean;
}

/** USB identity of what is behind a port. */
export interface UsbIdentity {
  readonly vendorId: number;
  readonly productId: number;
}

/**
 * An open serial line, 8N1: a device of this machine, a raw TCP socket (`socket://`), a remote serial port
 * (`rfc2217://`), or a virtual board inside the application. One owner at a time.
 */
export interface SerialLine extends Closable {
  /** As it was asked for: `/dev/ttyUSB0`, `COM11`, `rfc2217://pi.local:4000`. */
  readonly address: string;
  readonly usb: UsbIdentity | null;
  /** Whether DTR and RTS reach the board. A pty and a raw socket have none: `setSignals` then does nothing. */
  readonly hasModemLines: boolean;
  /** Bits per second as last set. */
  readonly baudRate: number;
  /**
   * Resolves when the system has taken all bytes and sent them as far as it can tell.
   * @throws AppError `serial.disconnected` when the line is or gets closed.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** @throws AppError `serial.disconnected`, `serial.failed`. */
  setSignals(signals: LineSignals): Promise<void>;
  /** @throws AppError `serial.disconnected`, `serial.baud-rate-unsupported`. */
  setBaudRate(baudRate: number): Promise<void>;
  /** Received bytes, in order; the buffer belongs to the listener. Bytes that nobody listens to are lost. */
  onData(listener: (bytes: Buffer) => void): () => void;
  /** Once: with the reason where the line was lost (unplugged, remote end gone), `null` after `close()`. */
  onClosed(listener: (reason: AppError | null) => void): () => void;
}

export interface LineOpener {
  /**
   * Opens with DTR and RTS both released, so that opening alone resets no board.
   *
   * @param address a device path, or a `socket://host:port` or `rfc2217://host:port` URL
   * @throws AppError `serial.address-invalid`, `serial.port-not-found`, `serial.port-busy`,
   * `serial.access-denied`, `serial.unreachable` (network), `serial.failed`
   */
  open(address: string, options: { readonly baudRate: number }, signal: AbortSignal): Promise<SerialLine>;
}
