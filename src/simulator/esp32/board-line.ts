import { AppError } from '../../shared/domain/app-error.ts';
import type { LineSignals } from './reset-circuit.ts';

interface LineIdentity {
  readonly address: string;
  readonly usb: { readonly vendorId: number; readonly productId: number };
  readonly baudRate: number | null;
  readonly modemLines: boolean;
}

interface BoardEnd {
  write(bytes: Uint8Array): Promise<void>;
  setSignals(signals: LineSignals): void;
  setBaudRate(baudRate: number): void;
  pending(): number;
  closed(): void;
}

/** The host's end of a board's line, in the shape in which the application knows every serial line. */
export class VirtualLine {
  readonly address: string;
  readonly usb: { readonly vendorId: number; readonly productId: number };
  readonly hasModemLines: boolean;
  readonly #board: BoardEnd;
  readonly #data = new Set<(bytes: Buffer) => void>();
  readonly #ends = new Set<(reason: AppError | null) => void>();
  #baudRate: number;
  #open = true;
  #lost = false;

  constructor(identity: LineIdentity, board: BoardEnd) {
    this.address = identity.address;
    this.usb = identity.usb;
    this.hasModemLines = identity.modemLines;
    this.#baudRate = identity.baudRate ?? 115_200;
    this.#board = board;
  }

  get baudRate(): number {
    return this.#baudRate;
  }

  /** Bytes handed over that the board has not received. */
  get pending(): number {
    return this.#board.pending();
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#check();
    await this.#board.write(bytes);
    // A write that was under way when the cable was pulled has not arrived.
    this.#check();
  }

  async setSignals(signals: LineSignals): Promise<void> {
    this.#check();
    if (this.hasModemLines) this.#board.setSignals(signals);
  }

  async setBaudRate(baudRate: number): Promise<void> {
    this.#check();
    this.#baudRate = baudRate;
    this.#board.setBaudRate(baudRate);
  }

  onData(listener: (bytes: Buffer) => void): () => void {
    this.#data.add(listener);
    return () => this.#data.delete(listener);
  }

  onClosed(listener: (reason: AppError | null) => void): () => void {
    this.#ends.add(listener);
    return () => this.#ends.delete(listener);
  }

  close(): Promise<void> {
    this.#end(null);
    return Promise.resolve();
  }

  /** The board's side: bytes for whoever listens. */
  receive(bytes: Buffer): void {
    // One that subscribes while these bytes are told gets the next ones only.
    const listeners = [...this.#data];
    for (const listener of listeners) listener(bytes);
  }

  /** The board's side: the cable is out. */
  lose(): void {
    this.#lost = true;
    this.#end(this.#disconnected());
  }

  #end(reason: AppError | null): void {
    if (!this.#open) return;
    this.#open = false;
    this.#board.closed();
    const listeners = [...this.#ends];
    this.#data.clear();
    this.#ends.clear();
    for (const listener of listeners) listener(reason);
  }

  #check(): void {
    if (!this.#open) throw this.#disconnected();
  }

  #disconnected(): AppError {
    const why = this.#lost ? 'was disconnected' : 'is closed';
    return new AppError('serial.disconnected', `${this.address} ${why}`, { address: this.address });
  }
}
