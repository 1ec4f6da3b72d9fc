import { createServer, type Server, type Socket } from 'node:net';
import type { VirtualLine } from './board-line.ts';
import { TelnetServer } from './telnet.ts';
import type { VirtualBoard } from './virtual-board.ts';

/** `raw` is `socket://`: no baud rate, no modem lines. `rfc2217` has both. */
export type NetworkPortKind = 'raw' | 'rfc2217';

/** So much may wait for a paced line before the sender is held back. */
const mostPending = 0x8000;
/** RFC 2217 section 3. */
const comPort = { setBaudRate: 1, setControl: 5, notifyModemState: 7 } as const;
/** Nothing is wired to CTS, DSR, RI and CD. */
const modemState = Buffer.of(0);
const control = { askDtr: 7, dtrOn: 8, dtrOff: 9, askRts: 10, rtsOn: 11, rtsOff: 12 } as const;

/** A board behind a TCP socket, for one client at a time; on loopback only. */
export class NetworkPort {
  readonly #board: VirtualBoard;
  readonly #kind: NetworkPortKind;
  readonly #server: Server;
  #client: Socket | undefined;

  private constructor(board: VirtualBoard, kind: NetworkPortKind) {
    this.#board = board;
    this.#kind = kind;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param port 0 for any free one */
  static async listen(board: VirtualBoard, kind: NetworkPortKind = 'raw', port = 0): Promise<NetworkPort> {
    const listening = new NetworkPort(board, kind);
    await new Promise<void>((resolve, reject) => {
      listening.#server.once('error', reject);
      listening.#server.listen(port, '127.0.0.1', resolve);
    });
    return listening;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get url(): string {
    return `${this.#kind === 'raw' ? 'socket' : 'rfc2217'}://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    const line = this.#connect();
    if (line === undefined) {
      socket.destroy();
      return;
    }
    this.#client = socket;
    line.onClosed(() => socket.destroy());
    const release = (): void => {
      if (this.#client === socket) this.#client = undefined;
      void line.close();
    };
    // Free for the next one as soon as this one has said goodbye.
    socket.on('end', release);
    socket.on('close', release);
    if (this.#kind === 'raw') {
      line.onData((bytes) => void socket.write(bytes));
      socket.on('data', (bytes) => forward(bytes, line, socket));
    } else serveRfc2217(socket, line);
  }

  /** `undefined` while the board's line is used in another way. */
  #connect(): VirtualLine | undefined {
    try {
      return this.#board.connect(
        this.url,
        this.#kind === 'raw'
          ? { baudRate: null, modemLines: false }
          : { baudRate: 115_200, modemLines: true },
      );
    } catch {
      return undefined;
    }
  }
}

function forward(bytes: Buffer, line: VirtualLine, socket: Socket): void {
  const written = line.write(bytes).catch(() => undefined);
  if (line.pending <= mostPending) return;
  socket.pause();
  void written.then(() => socket.resume());
}

function serveRfc2217(socket: Socket, line: VirtualLine): void {
  let signals = { dtr: false, rts: false };
  const setControl = (value: number): number => {
    if (value === control.dtrOn || value === control.dtrOff)
      signals = { ...signals, dtr: value === control.dtrOn };
    else if (value === control.rtsOn || value === control.rtsOff)
      signals = { ...signals, rts: value === control.rtsOn };
    else if (value === control.askDtr) return signals.dtr ? control.dtrOn : control.dtrOff;
    else if (value === control.askRts) return signals.rts ? control.rtsOn : control.rtsOff;
    else return value;
    void line.setSignals(signals).catch(() => undefined);
    return value;
  };
  let isNotified = false;
  const telnet = new TelnetServer(
    {
      data: (bytes) => forward(bytes, line, socket),
      comPort: (command, value) => {
        // pyserial believes in a port only once its state was told.
        if (!isNotified || command === comPort.notifyModemState)
          telnet.answerComPort(comPort.notifyModemState, modemState);
        isNotified = true;
        if (command === comPort.notifyModemState) return;
        if (command === comPort.setBaudRate && value.length === 4) {
          const wanted = value.readUInt32BE(0);
          // 0 asks for the rate that is set.
          if (wanted !== 0) void line.setBaudRate(wanted).catch(() => undefined);
          const now = Buffer.alloc(4);
          now.writeUInt32BE(line.baudRate);
          telnet.answerComPort(command, now);
        } else if (command === comPort.setControl) {
          telnet.answerComPort(command, Buffer.of(setControl(value[0] ?? 0)));
        } else telnet.answerComPort(command, value);
      },
    },
    (bytes) => void socket.write(bytes),
  );
  line.onData((bytes) => telnet.sendData(bytes));
  socket.on('data', (bytes) => telnet.push(bytes));
}
