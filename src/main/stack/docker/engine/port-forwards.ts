import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Ports of another machine, each on a free port of this one; only programs of this machine get to it. */
export class PortForwards {
  readonly #open: (host: string, port: number) => Promise<Duplex>;
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #sockets = new Set<Socket>();

  /** @param open a way to an address and port over there */
  constructor(open: (host: string, port: number) => Promise<Duplex>) {
    this.#open = open;
  }

  /** @returns the port of 127.0.0.1 that leads there */
  async reach(host: string, port: number): Promise<number> {
    const key = `${host} ${port}`;
    const server = this.#servers.get(key) ?? this.#listen(host, port);
    this.#servers.set(key, server);
    return ((await server).address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const servers = await Promise.all(this.#servers.values());
    this.#servers.clear();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  #listen(host: string, port: number): Promise<Server> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      // What ends on one side ends on the other; who uses the connection hears of it there.
      socket.on('error', () => undefined);
      this.#open(host, port).then(
        (channel) => join(socket, channel),
        () => socket.destroy(),
      );
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  }
}

function join(socket: Socket, channel: Duplex): void {
  channel.on('error', () => socket.destroy());
  channel.once('close', () => socket.destroy());
  socket.once('close', () => channel.destroy());
  socket.pipe(channel).pipe(socket);
}
