import { Aedes, type Client } from 'aedes';
import type { MessageSink } from '../../../../shared/domain/inbound-message.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';
import type { AccountStore } from './account-store.ts';
import { BoundedPersistence } from './bounded-persistence.ts';
import type { BrokerTally } from './broker-tally.ts';
import type { BrokerTraffic } from './broker-traffic.ts';
import { ClientSessions } from './client-sessions.ts';
import { LoginGate, type Login } from './login-gate.ts';
import { MessageGate } from './message-gate.ts';
import type { RefusedLogins } from './refused-logins.ts';
import type { RetainedKeeper } from './retained-keeper.ts';
import { maySubscribe } from './topic-rights.ts';

/** So long a client may leave a full buffer unread before it is ended. */
const drainLimitMs = 10_000;
const heartbeatIntervalMs = 60_000;

export interface BrokerCoreParts {
  readonly sink: MessageSink;
  readonly retained: RetainedKeeper;
  readonly accounts: AccountStore;
  readonly tally: BrokerTally;
  readonly traffic: BrokerTraffic;
  readonly refusals: RefusedLogins;
  readonly log: Log;
  readonly clock: Clock;
  readonly connectLimitMs: number;
  /** Somebody came or went. */
  readonly onClients: () => void;
  readonly onLogin: (login: Login) => void;
}

/** What lives from a start to a stop: aedes and what decides for it. */
export interface BrokerCore {
  readonly aedes: Aedes;
  readonly sessions: ClientSessions;
  readonly persistence: BoundedPersistence;
  readonly gate: MessageGate;
}

export function makeCore(parts: BrokerCoreParts): BrokerCore {
  const { accounts, sink, clock, tally, traffic, log, retained, refusals, onClients } = parts;
  const sessions = new ClientSessions(clock);
  const persistence = new BoundedPersistence({
    // Only connected clients subscribe, and aedes hands over its own client object.
    maySubscribe: (client, filter) => {
      const account = sessions.accountOf(client as Client);
      return account !== undefined && maySubscribe(account, filter);
    },
    isConnected: (clientId) => sessions.isConnected(clientId),
    onOverflow: (client) =>
      tally.count(
        'queueOverflows',
        client,
        'the queue of a session is full; its newest messages are dropped',
        {
          client,
        },
      ),
  });
  const login = new LoginGate({
    accounts,
    sessions,
    tally,
    refusals,
    clock,
    log,
    onLogin: parts.onLogin,
    onGone: (client) => {
      persistence.disconnected(client.id);
      log.debug('client gone', { client: client.id });
      onClients();
    },
  });
  const gate = new MessageGate({ sink, sessions, persistence, retained, tally, traffic, clock });
  const aedes = new Aedes({
    persistence,
    connectTimeout: parts.connectLimitMs,
    drainTimeout: drainLimitMs,
    heartbeatInterval: heartbeatIntervalMs,
    // A sensor's id is 31 characters long; the limit of 23 is one of MQTT 3.1 that no broker keeps any more.
    maxClientsIdLength: 256,
    preConnect: (client, packet, done) => login.preConnect(client, packet, done),
    authenticate: (client, username, password, done) => login.authenticate(client, username, password, done),
    authorizePublish: (client, packet, done) => gate.publish(client, packet, done),
    authorizeSubscribe: (client, subscription, done) => gate.subscribe(client, subscription, done),
    authorizeForward: (client, packet) => (gate.forward(client, packet) ? packet : null),
  });
  watch({ aedes, sessions, persistence, gate }, parts);
  return { aedes, sessions, persistence, gate };
}

function watch({ aedes, sessions }: BrokerCore, { log, tally, onClients }: BrokerCoreParts): void {
  aedes.on('clientReady', (client) => {
    log.debug('client connected', {
      client: client.id,
      account: sessions.accountOf(client)?.username ?? '',
      address: sessions.originOf(client).address,
    });
    onClients();
  });
  aedes.on('keepaliveTimeout', (client) =>
    tally.note(`silent ${client.id}`, 'client gone: no ping in time', { client: client.id }),
  );
  aedes.on('clientError', (client, error) =>
    tally.note(`error ${sessions.accountOf(client)?.username ?? ''} ${error.message}`, 'connection ended', {
      client: client.id,
      reason: error.message,
    }),
  );
  aedes.on('connectionError', (client, error) => {
    const { address } = sessions.originOf(client);
    tally.note(`connection ${address}`, 'connection ended before a login', {
      address,
      reason: error.message,
    });
  });
  // Without a listener an error of aedes' own (it has such) would end the application.
  (aedes as NodeJS.EventEmitter).on('error', (error: unknown) => {
    log.error('the broker met an error', { error });
  });
}

/** @throws where aedes refuses it (too many levels) */
export function publishPacket(
  aedes: Aedes,
  topic: string,
  payload: Buffer,
  options: { qos: 0 | 1 | 2; retain: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    aedes.publish({ cmd: 'publish', topic, payload, dup: false, ...options }, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}
