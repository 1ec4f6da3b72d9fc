import type { EventEmitter } from 'node:events';
import { hostname } from 'node:os';
import { Bonjour } from 'bonjour-service';
import type { Log } from '../../../foundation/log.ts';

/**
 * Announces the broker by DNS-SD (RFC 6763) as `_mqtt._tcp`. A convenience only: a network that swallows
 * multicast costs a log line and nothing else.
 *
 * @returns the service name and how to take it back
 */
export function announceBroker(
  address: string,
  port: number,
  tlsPort: number | null,
  log: Log,
): { name: string; withdraw: () => Promise<void> } {
  const name = `DataYoti on ${hostname().split('.')[0] ?? 'this machine'}`;
  // Passed through to the multicast socket; the library's own type does not name it. Bound to an interface's
  // own address (its default then) a socket hears no multicast on Linux, and no query would be answered.
  const multicast: object = address === '0.0.0.0' ? {} : { interface: address, bind: '0.0.0.0' };
  const bonjour = new Bonjour(multicast, (error: unknown) => {
    log.warn('the network does not take the announcement of the broker', { error });
  });
  // The library leaves the socket's errors (port 5353 held by another program) to end the process.
  const { server } = bonjour as unknown as { server: { mdns: EventEmitter } };
  server.mdns.on('error', (error: unknown) => {
    log.warn('the network does not take the announcement of the broker', { error });
  });
  const txt = { txtvers: '1', ...(tlsPort === null ? {} : { tls: String(tlsPort) }) };
  const service = bonjour.publish({ name, type: 'mqtt', port, txt, probe: false });
  service.on('error', (error: unknown) => log.warn('the announcement of the broker failed', { error }));
  const withdraw = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(late);
        bonjour.destroy();
        resolve();
      };
      // A goodbye that cannot be sent must not hold the stop back.
      const late = setTimeout(done, 1_000);
      bonjour.unpublishAll(done);
    });
  return { name, withdraw };
}
