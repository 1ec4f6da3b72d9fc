import { connect, type MqttClient } from 'mqtt';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Closable } from '../../foundation/disposer.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { BrokerAccess, SeenLogin, StackBroker } from '../local-stack.ts';

const clientsTopic = '$SYS/broker/clients/connected';
const retainedTopic = '$SYS/broker/retained messages/count';

/** The application's own connection to the stack's broker: publishes, and hears how many clients there are. */
export class BrokerLink implements Closable {
  readonly access: BrokerAccess;
  readonly #client: MqttClient;
  readonly #changes = new Listeners<void>();
  clients = 0;
  retained = 0;

  /** `clientId`: where the account is not this installation's alone. */
  constructor(target: BrokerAccess & { readonly clientId?: string }) {
    const { host, port, username, password } = target;
    this.access = { host, port, username, password };
    this.#client = connect({
      protocol: 'mqtt', // One for each installation: two with the same would end each other's connections.
      clientId: `datayoti-app-${target.username}`,
      ...target,
    });
    // A broker that is away shows in its container's state; the client connects again by itself.
    this.#client.on('error', () => undefined);
    this.#client.on('connect', () => this.#client.subscribe([clientsTopic, retainedTopic], { qos: 0 }));
    this.#client.on('message', (topic, payload) => this.#count(topic, Number(payload.toString())));
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  async publish(...[topic, payload, { qos, retain }]: Parameters<StackBroker['publish']>): Promise<void> {
    if (!this.#client.connected) throw new AppError('stack.not-running', 'The broker does not answer.');
    await this.#client.publishAsync(topic, payload, { qos, retain });
  }

  async close(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #count(topic: string, value: number): void {
    if (!Number.isFinite(value)) return;
    if (topic === clientsTopic) this.clients = value;
    else this.retained = value;
    this.#changes.tell();
  }
}

const letIn = /New client connected from .* as (?<client>\S+) \(.*u'(?<user>[^']+)'\)/;
const refused = /Client (?<client>\S+) (?:\[[^\]]*\] )?disconnected, not authori[sz]ed/;
const boardClient = /^ESP32Client-((?:[0-9A-F]{2}:){5}[0-9A-F]{2})/;

/**
 * What a line of Mosquitto's log says of a login. A refused one names no account, only the client; a board's client
 * id holds its address, by which its account is named.
 *
 * @param accountOf the account that a board of this address would use
 */
export function loginFromLog(line: string, accountOf: (mac: string) => string): SeenLogin | undefined {
  const username = letIn.exec(line)?.groups?.['user'];
  if (username !== undefined) return { username, accepted: true };
  const client = refused.exec(line)?.groups?.['client'];
  const mac = client === undefined ? undefined : boardClient.exec(client)?.[1];
  return mac === undefined ? undefined : { username: accountOf(mac), accepted: false };
}
