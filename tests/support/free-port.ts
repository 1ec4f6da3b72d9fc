import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** A port that was free a moment ago, and so was the one after it; neither is among `others`. */
export async function freePortAndNext(others: readonly number[]): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (others.includes(port) || others.includes(port + 1)) continue;
    if (await freePort(port + 1).catch(() => undefined)) return port;
  }
}

/** Below what systems give to outgoing connections, which would take a port between its choice and its use. */
const lowest = 10_240;
const highest = 32_000;
const given = new Set<number>();

/** A port of 127.0.0.1 that was free a moment ago: any, never the same twice, or the wanted one. */
export async function freePort(wanted = 0): Promise<number> {
  if (wanted !== 0) return opened(wanted);
  for (;;) {
    const port = randomInt(lowest, highest);
    if (given.has(port)) continue;
    given.add(port);
    const free = await opened(port).catch(() => undefined);
    if (free !== undefined) return free;
  }
}

function opened(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}
