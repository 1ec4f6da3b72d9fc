import { effectiveThresholds } from '../../shared/domain/device-health/thresholds.ts';
import type { StackState } from '../../shared/contract/stack.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import { Alerts, Notifications, type Words } from '../alerts/index.ts';
import type { Devices } from '../devices/index.ts';
import type { Clock } from '../foundation/clock.ts';
import type { AsyncDisposer } from '../foundation/disposer.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { Health, lookAt, placesOf } from '../health/index.ts';
import type { CommittedMessage } from '../ingest/index.ts';
import { SiteChecks } from '../site-check/index.ts';
import type { LocalStack, SeenLogin } from '../stack/index.ts';
import type { Database } from '../storage/index.ts';
import { thresholdsOfSite } from '../storage/queries/health-settings.ts';
import { boardAccountName } from './board-accounts.ts';

export interface HealthWiring {
  readonly platform: Platform;
  readonly devices: Devices;
  /** The stack, once it is composed. */
  readonly stack: () => LocalStack;
  readonly settings: () => Settings;
  readonly words: ((language: Settings['language']) => Promise<Words>) | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly disposer: AsyncDisposer;
}

/** Verdicts, alerts and checks, and what they hear of the stack. */
export function composeHealth({
  platform,
  devices,
  stack,
  settings,
  words,
  clock,
  log,
  disposer,
}: HealthWiring) {
  const { board } = devices;
  const health = new Health({
    clock,
    log,
    places: board,
    publish: (topic, payload) => stack().broker.publish(topic, payload, { qos: 1, retain: false }),
  });
  const { notify } = platform;
  const nameOf = (mac: string | null, siteRef: string | null): string =>
    board.devices.find((device) => device.mac === mac)?.name ||
    (mac ?? board.sites.find(({ ref }) => ref === siteRef)?.name ?? siteRef ?? '');
  const alerts = disposer.use(
    'alerts',
    new Alerts({
      clock,
      log,
      fleet: health.fleet,
      stack: () => stack().state(),
      strangers: () => board.candidates,
      notifications:
        notify === undefined || words === undefined
          ? undefined
          : new Notifications({
              notify,
              words: () => words(settings().language),
              nameOf: ({ mac, siteRef }) => nameOf(mac, siteRef),
            }),
    }),
  );
  const checks = new SiteChecks({
    clock,
    log,
    lookAt: (some, zones, thresholds, ask, nowMs) => lookAt(placesOf(some, zones), thresholds, ask, nowMs),
    thresholdsOf: async (siteRef, connection) =>
      effectiveThresholds(await thresholdsOfSite(connection, siteRef, { lock: false })),
    ownBroker: () => stack().state().kind === 'embedded',
  });
  let brokerPhase: StackState['broker']['phase'] = 'stopped';
  return {
    handlers: { health: health.handlers, alerts: alerts.handlers, siteCheck: checks.handlers },
    committed: (messages: readonly CommittedMessage[]): void => health.accept(messages),
    /** Once the stack is there. */
    start: (): void => {
      const followed = stack();
      disposer.defer('health of the stack', () => {
        stops.forEach((stop) => stop());
      });
      const stops = [
        followed.broker.onLogin((login) => refusedLogin(login)),
        // A broker that was away is a time in which nobody could be heard.
        followed.onChange(() => {
          const { phase } = followed.state().broker;
          if (phase === 'running' && brokerPhase !== 'running') health.heardAgain(clock.now());
          brokerPhase = phase;
        }),
      ];
      alerts.start();
    },
    open: async (owner: Database): Promise<void> => {
      await health.open(owner, clock.now());
      await alerts.open(owner);
      checks.open(owner);
    },
    detach: async (): Promise<void> => {
      await checks.detach();
      await alerts.detach();
      await health.detach();
    },
  };

  function refusedLogin({ username, accepted }: SeenLogin): void {
    if (accepted) return;
    const mac = macOfAccount(username);
    if (mac !== undefined) health.refusedLogin(mac);
  }
}

/** The board whose account has this name. */
function macOfAccount(username: string): string | undefined {
  const digits = /^sensor-([0-9A-F]{12})$/.exec(username)?.[1];
  const mac = digits?.match(/../g)?.join(':');
  return mac !== undefined && boardAccountName(mac) === username ? mac : undefined;
}
