import { createServer } from 'node:net';

/** A port that was free a moment ago, and so was the one after it; neither is among `others`. */
export async function freePortAndNext(others: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (others.includes(port) || others.includes(port + 1)) continue;
    if (await freePort(port + 1).catch(() => undefined)) return port;
  }
}

/** A port of 127.0.0.1 that was free a moment ago: any, or the wanted one. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}
