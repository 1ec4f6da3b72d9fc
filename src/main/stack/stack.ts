import type { Handlers } from '../../shared/contract/contract.ts';
import type { Settings, SettingsPatch } from '../../shared/contract/settings.ts';
import type { PortName, StackState } from '../../shared/contract/stack.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { LogSource } from '../foundation/log.ts';
import { findFreePort } from '../foundation/port-holder.ts';
import { watchState, type Observable } from '../foundation/watch-state.ts';
import type { AccountStore, CertificateAuthority } from './embedded/broker/index.ts';
import { localAddresses } from './embedded/broker/index.ts';
import type { LocalStack } from './local-stack.ts';
import type { StackSwitch } from './stack-switch.ts';
import { mustBeOwn } from './published-guard.ts';
import { changeStack } from './stack-turn.ts';

const watchIntervalMs = 200;
const settingOfPort = {
  mqtt: 'mqttPort',
  mqtts: 'mqttsPort',
  websocket: 'websocketPort',
  postgres: 'postgresPort',
  grafana: 'grafanaPort',
} as const;

export interface StackHandlerParts {
  readonly stack: StackSwitch;
  /** The stack's state with what others add to it. */
  readonly state: Observable<StackState>;
  readonly settings: { readonly current: Settings; update(patch: SettingsPatch): Promise<Settings> };
  readonly logs: {
    next(
      question: { after: number; max: number; waitMs: number; source?: LogSource | undefined },
      signal: AbortSignal,
    ): ReturnType<Handlers['stack']['logs']>;
  };
}

export function stackHandlers({ stack, state, settings, logs }: StackHandlerParts): Handlers['stack'] {
  return {
    watch: (_input, signal) => watchState(state, watchIntervalMs, signal),
    start: async () => {
      await stack.start();
      if (!settings.current.firstRunDone) await settings.update({ firstRunDone: true });
      return {};
    },
    stop: async () => {
      await stack.stop();
      return {};
    },
    restart: async () => {
      await stack.stop();
      await stack.start();
      return {};
    },
    use: async ({ kind }) => {
      await changeStack({ stack, settings }, kind);
      await stack.start();
      if (!settings.current.firstRunDone) await settings.update({ firstRunDone: true });
      return {};
    },
    setPort: async ({ name, port }) => {
      await settings.update({ [settingOfPort[name]]: port });
      return {};
    },
    freePort: async ({ name, from }) => ({ port: await freePortFor(name, from, settings.current) }),
    logs: (question, signal) => logs.next(question, signal),
  };
}

async function freePortFor(name: PortName, from: number, settings: Settings): Promise<number> {
  const taken = new Set(
    Object.entries(settingOfPort).flatMap(([other, key]) => (other === name ? [] : [settings[key]])),
  );
  const address = name === 'postgres' ? '127.0.0.1' : settings.brokerAddress;
  for (
    let port = await findFreePort(address, from);
    port !== undefined;
    port = await findFreePort(address, port + 1)
  ) {
    if (!taken.has(port)) return port;
  }
  throw new AppError('request.invalid', 'No port is free from there on.', { field: 'from' });
}

export function brokerHandlers(parts: {
  readonly stack: LocalStack;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
}): Handlers['broker'] {
  const { stack, accounts, authority } = parts;
  return {
    interfaces: () => Promise.resolve({ items: localAddresses() }),
    accounts: async () => ({ items: await accounts.list() }),
    createAccount: async (wanted) => {
      mustBeOwn(stack);
      if (wanted.role === 'device' && wanted.mac === null) {
        throw new AppError('request.invalid', 'The account of a device needs its MAC address.', {
          field: 'mac',
        });
      }
      return accounts.create(wanted);
    },
    setPassword: async ({ username, password }) => {
      mustBeOwn(stack);
      const changed = await accounts.setPassword(username, password);
      stack.broker.disconnectAccount(username);
      return { password: changed };
    },
    removeAccount: async ({ username }) => {
      mustBeOwn(stack);
      await accounts.remove(username);
      stack.broker.disconnectAccount(username);
      return {};
    },
    authority: () => authority.info(),
  };
}
