import { connect, type IConnackPacket } from 'mqtt';
import type { z } from 'zod';
import type { profileTest } from '../../shared/contract/traffic-parts.ts';
import { connectionFailure, connectionOptions, type ProfileFields } from './profile-connection.ts';
import { mustBeInTime, mustFit } from './profile-pem.ts';
import type { ProfileSecrets } from './source.ts';

const limitMs = 10_000;
/** Of a SUBACK of MQTT 3.1.1 (section 3.9.3) and of MQTT 5: from here on it is a refusal. */
const refusedFrom = 0x80;

/**
 * Connects, asks for the subscription and leaves again.
 *
 * @throws AppError `mqtt.unreachable`, `mqtt.access-denied`, `traffic.certificate`
 */
export async function testConnection(
  fields: ProfileFields,
  secrets: ProfileSecrets,
  signal: AbortSignal,
): Promise<z.input<typeof profileTest>> {
  mustFit(fields, secrets);
  mustBeInTime(fields, Date.now());
  const startedMs = performance.now();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const client = connect({
    ...connectionOptions(fields, secrets),
    reconnectPeriod: 0,
    connectTimeout: limitMs,
    resubscribe: false,
    // One that somebody else uses would be thrown off the broker by a test.
    ...(fields.clientId === '' ? {} : { clientId: `${fields.clientId}-test` }),
  });
  try {
    return await new Promise<z.input<typeof profileTest>>((resolve, reject) => {
      let connack: IConnackPacket | undefined;
      const fail = (error: unknown): void => reject(connectionFailure(error, fields));
      stop.addEventListener('abort', () => fail(new Error('no answer in time')));
      client.on('error', fail);
      // A broker that wants a certificate says so after the handshake, of which the client tells nobody.
      client.stream.on('error', fail);
      client.on('close', () => fail(new Error('the broker closed the connection')));
      client.on('connect', (packet) => {
        connack = packet;
        client.subscribe(fields.filter, { qos: 0 }, (_error, _granted, packet) => {
          const codes = (packet?.granted ?? []).map(Number);
          // A refusal comes as an error too; what the broker answered is in the packet.
          resolve({
            tookMs: performance.now() - startedMs,
            server: serverWords(connack),
            granted: codes.length > 0 && codes.every((code) => code < refusedFrom),
          });
        });
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    client.removeAllListeners('close');
    client.on('error', () => undefined);
    await client.endAsync(true).catch(() => undefined);
  }
}

/** Properties of the CONNACK (MQTT 5, section 3.2.2.3); MQTT 3.1.1 has none. */
function serverWords(connack: IConnackPacket | undefined): Record<string, string | number | boolean> {
  const words: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(connack?.properties ?? {})) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      words[name] = value;
  }
  return words;
}
