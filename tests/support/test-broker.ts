import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../src/main/foundation/clock.ts';
import {
  AccountStore,
  CertificateAuthority,
  EmbeddedBroker,
  type BrokerConfig,
  type RetainedMessage,
  type RetainedStore,
} from '../../src/main/stack/embedded/broker/index.ts';
import type { InboundMessage, MessageDone } from '../../src/shared/domain/inbound-message.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { collectingLog, type CollectedLine } from './collecting-log.ts';
import { freePort } from './free-port.ts';

export const mac = '1C:69:20:E9:18:24' as MacAddress;
export const otherMac = '1C:69:20:E9:18:25' as MacAddress;
export const signal = new AbortController().signal;

export interface TestBroker {
  readonly folder: string;
  readonly broker: EmbeddedBroker;
  readonly accounts: AccountStore;
  readonly config: BrokerConfig;
  /** What reached the sink. */
  readonly received: InboundMessage[];
  readonly kept: Map<string, RetainedMessage>;
  readonly lines: readonly CollectedLine[];
  /** From now on the sink leaves messages here instead of confirming them. */
  hold(into: MessageDone[] | undefined): void;
  /** Stops it and starts a new one with the same ports and stores, as after a restart of the application. */
  again(): Promise<EmbeddedBroker>;
  another(): EmbeddedBroker;
  cleanUp(): Promise<void>;
}

/** A running broker with the accounts `board` and `other` (devices), `reader` and `admin`; password: name and `-pass`. */
export async function testBroker(
  wishes: { readonly config?: Partial<BrokerConfig>; readonly clock?: Clock } = {},
): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'datayoti-broker-'));
  const clock = wishes.clock ?? systemClock;
  const kept = new Map<string, RetainedMessage>();
  const received: InboundMessage[] = [];
  const { log, lines } = collectingLog();
  let held: MessageDone[] | undefined;
  const retained: RetainedStore = {
    load: () => Promise.resolve([...kept.values()]),
    save: (messages) => {
      for (const message of messages) {
        if (message.payload.length === 0) kept.delete(message.topic);
        else kept.set(message.topic, message);
      }
      return Promise.resolve();
    },
  };
  const accounts = new AccountStore(join(folder, 'accounts.json'), clock);
  await accounts.create({ username: 'board', role: 'device', mac, password: 'board-pass' });
  await accounts.create({ username: 'other', role: 'device', mac: otherMac, password: 'other-pass' });
  await accounts.create({ username: 'reader', role: 'reader', mac: null, password: 'reader-pass' });
  await accounts.create({ username: 'admin', role: 'admin', mac: null, password: 'admin-pass' });
  const another = (): EmbeddedBroker =>
    new EmbeddedBroker({
      sink: {
        submit(message, done) {
          received.push(message);
          if (held === undefined) setImmediate(done);
          else held.push(done);
        },
      },
      retained,
      accounts,
      authority: new CertificateAuthority(join(folder, 'tls'), clock),
      log,
      clock,
    });
  const config: BrokerConfig = {
    address: '127.0.0.1',
    mqttPort: await freePort(),
    mqttsPort: await freePort(),
    websocketPort: await freePort(),
    maxPacketBytes: 8_192,
    announce: true,
    ...wishes.config,
  };
  let broker = another();
  await broker.start(config, signal);
  return {
    folder,
    get broker() {
      return broker;
    },
    accounts,
    config,
    received,
    kept,
    lines,
    hold: (into) => {
      held = into;
    },
    again: async () => {
      await broker.stop();
      broker = another();
      await broker.start(config, signal);
      return broker;
    },
    another,
    cleanUp: async () => {
      await broker.close();
      rmSync(folder, { recursive: true });
    },
  };
}
