import { createServer, type Server, type Socket } from 'node:net';
import type { VirtualLine } from './board-line.ts';
import type { VirtualBoard } from './virtual-board.ts';

/** So much may wait for a paced line before the sender is held back. */
const mostPending = 0x8000;

/** A board behind a raw TCP socket (`socket://`): no baud rate, no modem lines, one client at a time. */
export class TcpPort {
  readonly #board: VirtualBoard;
  readonly #server: Server;
  #client: Socket | undefined;

  private constructor(board: VirtualBoard) {
    this.#board = board;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @param port 0 for any free one; on loopback only */
  static async listen(board: VirtualBoard, port = 0): Promise<TcpPort> {
    const tcp = new TcpPort(board);
    await new Promise<void>((resolve, reject) => {
      tcp.#server.once('error', reject);
      tcp.#server.listen(port, '127.0.0.1', resolve);
    });
    return tcp;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    this.#client?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** `undefined` while the board's line is used in another way. */
  #connect(): VirtualLine | undefined {
    try {
      return this.#board.connect(`socket://127.0.0.1:${this.port}`, { baudRate: null, modemLines: false });
    } catch {
      return undefined;
    }
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
    line.onData((bytes) => void socket.write(bytes));
    line.onClosed(() => socket.destroy());
    socket.on('data', (bytes) => {
      const written = line.write(bytes).catch(() => undefined);
      if (line.pending <= mostPending) return;
      socket.pause();
      void written.then(() => socket.resume());
    });
    socket.on('close', () => {
      this.#client = undefined;
      void line.close();
    });
  }
}
