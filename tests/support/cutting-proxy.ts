import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

type Side = 'client' | 'server';

export interface CuttingProxy {
  readonly port: number;
  /** Pieces of data that came from a side since the start or the last `cutAt`; about one for each message. */
  pieces(from: Side): number;
  /**
   * Ends every connection, once, when so many pieces came from a side: half of that piece is still let through. What
   * comes from the server is its answer, so that what was asked is done and nobody hears of it. `null` cuts nothing.
   */
  cutAt(place: { readonly from: Side; readonly piece: number } | null): void;
  /** How often that happened. */
  cuts(): number;
  close(): Promise<void>;
}

/** A TCP way to a server on this machine that can break in the middle of anything. */
export async function cuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const open = new Set<Socket>();
  const seen = { client: 0, server: 0 };
  let place: { readonly from: Side; readonly piece: number } | null = null;
  let cuts = 0;
  const pass = (side: Side, from: Socket, to: Socket): void => {
    from.on('data', (piece) => {
      seen[side] += 1;
      if (place?.from === side && seen[side] === place.piece) {
        place = null;
        cuts += 1;
        const ended = [...open];
        to.write(piece.subarray(0, piece.length >> 1), () => ended.forEach((socket) => socket.destroy()));
        return;
      }
      if (!to.write(piece)) {
        from.pause();
        to.once('drain', () => from.resume());
      }
    });
  };
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    pass('client', client, upstream);
    pass('server', upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    pieces: (from) => seen[from],
    cutAt: (next) => {
      [seen.client, seen.server] = [0, 0];
      place = next;
    },
    cuts: () => cuts,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
