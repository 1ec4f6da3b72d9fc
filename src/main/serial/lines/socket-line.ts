import type { Socket } from 'node:net';
import type { SerialLine } from '../serial-line.ts';
import { connectSocket, endGently } from './connect-socket.ts';
import type { NetworkAddress } from './line-address.ts';
import { LineCore } from './line-core.ts';

/**
 * Opens `socket://host:port`: bytes and nothing else. There are no modem lines and no speed; the other end has
 * to bring the board into its boot loader.
 *
 * @throws AppError `serial.unreachable`
 */
export async function openSocketLine(
  target: NetworkAddress,
  options: { readonly baudRate: number },
  signal: AbortSignal,
): Promise<SerialLine> {
  return new SocketLine(target.address, options.baudRate, await connectSocket(target, signal));
}

class SocketLine implements SerialLine {
  readonly usb = null;
  readonly hasModemLines = false;
  readonly address: string;
  readonly #core: LineCore;
  readonly #socket: Socket;
  #baudRate: number;

  constructor(address: string, baudRate: number, socket: Socket) {
    this.address = address;
    this.#baudRate = baudRate;
    this.#socket = socket;
    this.#core = new LineCore(address);
    socket.on('data', (bytes) => this.#core.received(bytes));
    socket.on('error', (error) => this.#core.ended(this.#core.disconnected(error)));
    socket.on('close', () => this.#core.ended(this.#core.disconnected()));
  }

  get baudRate(): number {
    return this.#baudRate;
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#core.whileOpen((settle) => {
      this.#socket.write(bytes, (error) => settle(error));
    });
  }

  setSignals(): Promise<void> {
    return this.#core.whileOpen((settle) => settle());
  }

  setBaudRate(baudRate: number): Promise<void> {
    return this.#core.whileOpen((settle) => {
      this.#baudRate = baudRate;
      settle();
    });
  }

  onData = (listener: (bytes: Buffer) => void): (() => void) => this.#core.onData(listener);
  onClosed: SerialLine['onClosed'] = (listener) => this.#core.onClosed(listener);

  async close(): Promise<void> {
    this.#core.ended(null);
    await endGently(this.#socket);
  }
}
