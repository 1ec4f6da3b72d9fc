import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProfileInput } from '../../../shared/contract/traffic-parts.ts';
import { trafficContract } from '../../../shared/contract/traffic.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import type { SecretStore } from '../../foundation/platform.ts';
import { Traffic } from '../../traffic/index.ts';
import { textOf, urlPart } from './answer.ts';
import { brokerUrl, hostOf } from './broker-target.ts';
import { localClient } from './local-client.ts';
import type { TrafficSession } from './traffic-client.ts';
import type { SourceOptions } from './traffic-options.ts';

const schemes = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 } as const;
const versions = new Map([
  ['3.1.1', 4 as const],
  ['5', 5 as const],
]);

/**
 * One broker, without any application: what it needs for its time lies in a temporary folder, the password in memory.
 *
 * @throws AppError `request.invalid`, `file.unreadable`, `traffic.certificate`
 */
export async function directTraffic(
  options: SourceOptions & { readonly mqtt: string },
  password: string | undefined,
): Promise<TrafficSession & { close(): Promise<void> }> {
  const profile = await profileOf(options, password);
  const folder = await mkdtemp(join(tmpdir(), 'datayoti-traffic-'));
  const traffic = await Traffic.open({
    dataFolder: folder,
    secrets: memorySecrets(),
    broker: noBroker,
    stack: {
      place: () => ({ kind: 'docker', address: '' }),
      onChange: () => () => undefined,
      access: () => undefined,
    },
    clock: systemClock,
    log: silentLog,
  });
  const close = async (): Promise<void> => {
    await traffic.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const client = localClient(trafficContract, traffic.handlers);
    const { id } = await client.saveProfile(profile);
    return { client, source: id, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function profileOf(
  { mqtt, mqttVersion, ca }: SourceOptions & { readonly mqtt: string },
  password: string | undefined,
): Promise<ProfileInput> {
  const { url, port } = brokerUrl(mqtt, schemes);
  const version = versions.get(mqttVersion);
  if (version === undefined)
    throw new AppError('request.invalid', '--mqtt-version is 3.1.1 or 5.', { field: 'mqtt-version' });
  return {
    id: null,
    name: url.host,
    scheme: url.protocol.slice(0, -1) as ProfileInput['scheme'],
    host: hostOf(url),
    port,
    path: url.pathname === '/' || url.pathname === '' ? '/mqtt' : url.pathname,
    username: url.username === '' ? '' : urlPart(url.username, 'mqtt'),
    version,
    clientId: '',
    keepAliveSeconds: 60,
    filter: '#',
    ca: ca === undefined ? '' : await textOf(ca),
    certificate: '',
    password: password ?? null,
    key: null,
  };
}

type TrafficOptions = Parameters<typeof Traffic.open>[0];

/** There is no embedded broker in this process. */
const noBroker: TrafficOptions['broker'] = {
  state: () => ({
    phase: 'stopped',
    listeners: [],
    clients: 0,
    refusedLogins: 0,
    refusedMessages: 0,
    refusedSubscriptions: 0,
    oversizedPackets: 0,
    refusedConnections: 0,
    queueOverflows: 0,
    retained: 0,
    serviceName: null,
    error: null,
  }),
  onChange: () => () => undefined,
  traffic: { taken: { add: () => () => undefined }, failed: { add: () => () => undefined } },
  publishThrough: () =>
    Promise.reject(new AppError('stack.not-running', 'There is no embedded broker here.')),
  retained: () => Promise.resolve([]),
  clients: () => [],
  refusedLogins: () => [],
  disconnectClient: () => false,
};

/** For as long as this process. */
function memorySecrets(): SecretStore {
  const kept = new Map<string, string>();
  return {
    get: (name) => Promise.resolve(kept.get(name)),
    set: (name, value) => Promise.resolve(void kept.set(name, value)),
    delete: (name) => Promise.resolve(void kept.delete(name)),
  };
}
