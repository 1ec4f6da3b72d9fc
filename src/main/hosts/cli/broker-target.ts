import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { AppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';
import type { BrokerTarget } from '../../wiring/standing-ingest.ts';
import { textOf, urlPart } from './answer.ts';

const schemes: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883 };

/**
 * Reads `mqtt://user@host:port` or `mqtts://...`.
 *
 * @throws AppError `request.invalid`, also where the address holds a password; `file.unreadable` for the authority
 */
export async function brokerTarget(options: {
  readonly mqtt: string;
  readonly password: string | undefined;
  readonly ca?: string;
  readonly clientId?: string;
  readonly topic: readonly string[];
}): Promise<BrokerTarget> {
  const { mqtt, password, ca, clientId, topic } = options;
  const { url, port } = brokerUrl(mqtt, schemes);
  return {
    host: hostOf(url),
    port,
    clientId: clientId ?? clientIdFor(topic),
    ...(url.protocol === 'mqtts:' ? { tls: ca === undefined ? {} : { ca: await textOf(ca) } } : {}),
    ...(url.username === '' ? {} : { username: urlPart(url.username, 'mqtt') }),
    ...(password === undefined || password === '' ? {} : { password }),
  };
}

/**
 * The address of a broker. @param schemes that are understood, with their ports
 * @throws AppError `request.invalid`, also where it holds a password
 */
export function brokerUrl(
  mqtt: string,
  schemes: Readonly<Record<string, number>>,
): { readonly url: URL; readonly port: number } {
  const url = URL.canParse(mqtt) ? new URL(mqtt) : undefined;
  const defaultPort = url === undefined ? undefined : schemes[url.protocol];
  if (url === undefined || defaultPort === undefined || url.hostname === '') {
    throw new AppError(
      'request.invalid',
      'The broker address must look like mqtt://user@host:1883 or mqtts://user@host:8883.',
      { field: 'mqtt' },
    );
  }
  if (url.password !== '') {
    throw new AppError(
      'request.invalid',
      'No password belongs in the broker address: give it in DATAYOTI_MQTT_PASSWORD or with --mqtt-password-file.',
      { field: 'mqtt' },
    );
  }
  return { url, port: url.port === '' ? defaultPort : Number(url.port) };
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/**
 * The same at every start with the same filters, and another one with others: the broker keeps the subscriptions of
 * a client id, and would go on delivering what an earlier filter asked for.
 */
export function clientIdFor(topic: readonly string[]): string {
  const usual = topic.length === 1 && topic[0] === sensorTopicFilter;
  const name = `datayoti-ingest-${hostname()}`;
  if (usual) return name;
  const filters = JSON.stringify(topic.toSorted());
  return `${name}-${createHash('sha256').update(filters).digest('hex').slice(0, 8)}`;
}
