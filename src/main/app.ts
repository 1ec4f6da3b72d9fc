import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Handlers } from '../shared/contract/contract.ts';
import type { StackState } from '../shared/contract/stack.ts';
import { isAppError } from '../shared/domain/app-error.ts';
import { VirtualSensor } from '../simulator/virtual-sensor.ts';
import { Conformity } from './conformity/index.ts';
import { Demo, type DemoParts } from './demo/index.ts';
import { Devices } from './devices/index.ts';
import { systemClock } from './foundation/clock.ts';
import { AsyncDisposer } from './foundation/disposer.ts';
import { drop } from './foundation/drop.ts';
import { ApplicationLog } from './foundation/pino-log.ts';
import type { Log } from './foundation/log.ts';
import type { Platform } from './foundation/platform.ts';
import type { Observable } from './foundation/watch-state.ts';
import { History } from './history/index.ts';
import { ingestHandlers, openIngest, type KnownDevicesChange, type LiveIngest } from './ingest/index.ts';
import { RpcServer } from './rpc/orpc-server.ts';
import { SettingsStore } from './settings/index.ts';
import {
  AccountStore,
  brokerHandlers,
  CertificateAuthority,
  EmbeddedStack,
  mustBeOwn,
  StackSwitch,
  stackHandlers,
  StackTurn,
  type LocalStack,
  type StackTenant,
} from './stack/index.ts';
import { portAccess } from './serial/index.ts';
import { RollupRefresher } from './storage/index.ts';
import { makeSupportBundle, runDoctor } from './system/index.ts';
import { boardAccounts } from './wiring/board-accounts.ts';
import { composeBackup } from './wiring/compose-backup.ts';
import { composeBoards } from './wiring/compose-boards.ts';
import { composeDocker, enginesHere } from './wiring/compose-docker.ts';
import { keepRollups } from './wiring/keep-rollups.ts';
import { composeHealth, type HealthWiring } from './wiring/compose-health.ts';
import { composeImport } from './wiring/compose-import.ts';
import { composeSync } from './wiring/compose-sync.ts';
import { composeSurvey } from './wiring/compose-survey.ts';
import { surveyReportHandlers } from './wiring/survey-report-handlers.ts';
import { composeTraffic } from './wiring/compose-traffic.ts';
import { retentionHandlers } from './wiring/retention-handlers.ts';
import { rollupsHandlers } from './wiring/rollups-handlers.ts';

export interface AppOptions {
  readonly demo: boolean;
  /** Do not start the stack by itself, whatever the settings say. */
  readonly keepStopped?: boolean;
  /** Variables of compose.yaml that choose images and the project's name; the process's own unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The screens' words, for what is told outside of them; absent where nothing is. */
  readonly words?: HealthWiring['words'];
  /** Where the web page can be reached from other machines, for the person to see; known once it listens. */
  readonly exposedAt?: () => string | null;
}

export interface App {
  readonly handlers: Handlers;
  readonly rpc: RpcServer;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly authority: CertificateAuthority;
  close(): Promise<void>;
}

/** The composition root: builds the capabilities in order and hands each what it needs of the others. */
export async function createApp(platform: Platform, options: AppOptions): Promise<App> {
  const disposer = new AsyncDisposer();
  try {
    return await compose(platform, options, disposer);
  } catch (error) {
    await disposer.close();
    throw error;
  }
}

async function compose(platform: Platform, options: AppOptions, disposer: AsyncDisposer): Promise<App> {
  const clock = systemClock;
  const startedMs = clock.now();
  const { log, ring, close: closeLog } = ApplicationLog.open(platform.paths.logs);
  disposer.defer('log', closeLog);
  log.info('application started', {
    version: platform.appVersion,
    host: platform.kind,
    node: process.versions.node,
    os: process.platform,
  });

  const settings = await SettingsStore.open(join(platform.paths.data, 'settings.json'), log);
  const accounts = new AccountStore(join(platform.paths.data, 'broker', 'accounts.json'), clock);
  const authority = new CertificateAuthority(join(platform.paths.data, 'tls'), clock);

  const live: LiveIngest = { pipeline: undefined, marks: [] };
  const devices = new Devices({
    clock,
    refreshKnownDevices: () => live.pipeline?.refreshKnownDevices() ?? Promise.resolve(),
  });
  const rollups = new RollupRefresher((error) =>
    log.from('database').warn('the rollups were not brought up to date', { error }),
  );
  const history = new History({ clock, log });
  const conformity = new Conformity({ clock, log });
  const sync = composeSync({ platform, clock, log, disposer });
  const health = composeHealth({
    platform,
    devices,
    stack: () => stack,
    settings: () => settings.current,
    words: options.words,
    clock,
    log,
    disposer,
  });
  const surveys = composeSurvey({ platform, clock, log, disposer });
  const tenant: StackTenant = {
    open: async ({ owner, ingestor, storedByAnother, quarantinesNothing }) => {
      await devices.open(owner);
      const ingest = await openIngest(live, {
        owner,
        ingestor,
        storedByAnother,
        quarantinesNothing,
        clock,
        log,
        settings: () => settings.current,
      });
      const leaveRollups = keepRollups(rollups, owner, ingest.pipeline);
      history.open(owner);
      await health.open(owner);
      conformity.open(owner);
      sync.open(owner);
      await surveys.open(owner);
      const stop = ingest.pipeline.onCommitted((messages) => {
        devices.accept(messages);
        health.committed(messages);
        boards.arrivals.committed(messages);
        traffic.committed(messages);
        surveys.accept(messages);
      });
      const follow = (change?: KnownDevicesChange): void =>
        drop(devices.followForeign(change), log, 'following the devices of other processes');
      ingest.pipeline.onKnownDevices(follow);
      follow();
      return {
        sink: ingest.pipeline,
        close: async () => {
          await ingest.close();
          await leaveRollups();
          stop();
          await surveys.detach();
          await health.detach();
          await devices.detach();
          await history.detach();
          await conformity.detach();
          await sync.detach();
        },
      };
    },
  };
  const parts = { platform, settings: () => settings.current, accounts, authority, tenant, log, clock };
  const docker = composeDocker({
    ...parts,
    environment: options.environment ?? process.env,
    backups: () => backups,
    turn: new StackTurn(() => ({ stack, settings })),
  });
  const embedded = new EmbeddedStack(parts);
  const stack = disposer.use(
    'stack',
    new StackSwitch(
      { embedded, docker: docker.stack, published: docker.published },
      () => settings.current.stackKind,
    ),
    60_000,
  );
  const boards = await composeBoards({
    platform,
    stack,
    published: docker.published,
    accounts,
    authority,
    devices,
    settings: () => settings.current,
    clock,
    log,
    disposer,
  });
  const backups = composeBackup({ platform, stack, settings, clock, log, disposer });
  const traffic = await composeTraffic({
    platform,
    embedded,
    stack,
    settings: () => settings.current,
    clock,
    log,
    disposer,
  });
  const readingsImport = composeImport({ platform, stack, devices, clock, log, disposer });
  const demo = disposer.use(
    'demo sensors',
    new Demo({ ...demoParts(stack, accounts, devices, settings), ...boards.demo }),
  );
  const state: Observable<StackState> = {
    state: () => ({ ...stack.state(), demo: demo.state() }),
    onChange: (listener) => {
      const stops = [stack.onChange(listener), demo.onChange(listener)];
      return () => stops.forEach((stop) => stop());
    },
  };

  const doctor = () =>
    runDoctor({
      settings: () => settings.current,
      dataFolder: platform.paths.data,
      postgresFolder: platform.paths.postgres,
      electronFolder: join(dirname(platform.paths.sql), 'node_modules', 'electron'),
      ownPorts: () => ownPorts(stack),
      engines: () => enginesHere(platform.paths.data),
      serialAccess: () => portAccess(),
    });
  const handlers: Handlers = {
    system: {
      info: () =>
        Promise.resolve({
          appVersion: platform.appVersion,
          host: platform.kind,
          os: process.platform,
          hostName: hostname(),
          dataFolder: platform.paths.data,
          nodeVersion: process.versions.node,
          startedMs,
          can: {
            openExternal: platform.openExternal !== undefined,
            notify: platform.notify !== undefined,
            keepAwake: platform.keepAwake !== undefined,
          },
          exposedAt: options.exposedAt?.() ?? null,
        }),
      doctor: async () => ({ checks: await doctor() }),
      supportBundle: async () => {
        const content = await makeSupportBundle(platform.paths.logs, {
          versions: () => ({
            application: platform.appVersion,
            ...process.versions,
            os: process.platform,
            arch: process.arch,
          }),
          settings: () => settings.current,
          stack: () => state.state(),
          ingest: () => live.pipeline?.counters(),
          doctor,
        });
        const day = new Date(clock.now()).toISOString().slice(0, 10);
        return {
          fileName: `datayoti-support-${day}.zip`,
          file: new Blob([new Uint8Array(content)], { type: 'application/zip' }),
        };
      },
    },
    stack: stackHandlers({ stack, state, settings, logs: ring }),
    backup: backups.handlers,
    broker: brokerHandlers({ stack, accounts, authority }),
    devices: devices.handlers,
    ingest: ingestHandlers(live, clock),
    readingsImport: readingsImport.handlers,
    retention: retentionHandlers({ stack, settings, clock, log }),
    rollups: rollupsHandlers({ stack, rollups, sqlFolder: platform.paths.sql, log }),
    conformity: conformity.handlers,
    history: history.handlers,
    ...health.handlers,
    settings: settings.handlers,
    sync: sync.handlers,
    demo: demo.handlers,
    traffic: traffic.handlers,
    survey: surveys.handlers,
    surveyReport: surveyReportHandlers({
      platform,
      clock,
      survey: surveys.handlers,
      history: history.handlers,
      conformity: conformity.handlers,
    }),
    ...docker.handlers,
    ...boards.handlers,
  };
  health.start();
  startWhatWasAskedFor(options, settings, stack, demo, log);
  return {
    handlers,
    rpc: new RpcServer(handlers, log),
    log,
    settings,
    authority,
    close: () => disposer.close(),
  };
}

function startWhatWasAskedFor(
  options: AppOptions,
  settings: SettingsStore,
  stack: LocalStack,
  demo: Demo,
  log: Log,
): void {
  if (options.demo) {
    drop(demo.start(), log, 'starting the demo');
    return;
  }
  const { firstRunDone, onStart } = settings.current;
  if (options.keepStopped !== true && firstRunDone && onStart === 'start-stack') {
    // The failure is in the stack's state, where every screen shows it.
    stack.start().catch(() => undefined);
  }
}

function demoParts(
  stack: LocalStack,
  accounts: AccountStore,
  devices: Devices,
  settings: SettingsStore,
): Omit<DemoParts, 'plugBoard' | 'unplugBoard'> {
  const disconnect = (username: string): void => stack.broker.disconnectAccount(username);
  return {
    ensureStack: async () => {
      mustBeOwn(stack);
      await stack.start();
      if (!settings.current.firstRunDone) await settings.update({ firstRunDone: true });
    },
    brokerUrl: () => {
      const { brokerAddress, mqttPort } = settings.current;
      return `mqtt://${brokerAddress === '0.0.0.0' ? '127.0.0.1' : brokerAddress}:${mqttPort}`;
    },
    makeAccount: async (username, mac) => {
      await removeQuietly(accounts, username);
      return (await accounts.create({ username, role: 'device', mac, password: '' })).password;
    },
    removeAccount: async (username) => {
      await removeQuietly(accounts, username);
      disconnect(username);
    },
    registerSite: (demo) => devices.createDemoSite(demo),
    hasSites: () => devices.board.sites.length > 0,
    removeSite: async (ref) => {
      const boards = devices.board.devices.filter((device) => device.siteRef === ref);
      await devices.removeDemoSite(ref);
      // Boards that were provisioned into it are gone with it, and so are their accounts.
      if (devices.board.sites.some((site) => site.ref === ref)) return;
      for (const { mac } of boards) await boardAccounts(accounts, disconnect).revoke(mac);
    },
    makeSensor: (wish) => new VirtualSensor(wish),
  };
}

async function removeQuietly(accounts: AccountStore, username: string): Promise<void> {
  try {
    await accounts.remove(username);
  } catch (error) {
    if (!isAppError(error, 'broker.account-unknown')) throw error;
  }
}

function ownPorts(stack: LocalStack): readonly number[] {
  const { broker, database } = stack.state();
  return [
    ...broker.listeners.map((listener) => listener.port),
    ...(database.port === null ? [] : [database.port]),
  ];
}
