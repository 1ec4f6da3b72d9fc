import { join } from 'node:path';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { EngineReport } from '../../shared/contract/docker.ts';
import type { Settings } from '../../shared/contract/settings.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Log } from '../foundation/log.ts';
import type { Platform } from '../foundation/platform.ts';
import { AckingMqttClient } from '../ingest/index.ts';
import {
  dockerHandlers,
  bringBeside,
  DockerStack,
  EngineFinder,
  PublishedInUse,
  PublishedKeys,
  StackDefinition,
  StackSecrets,
  systemMachine,
  type AccountStore,
  readProject,
  type Backups,
  type CertificateAuthority,
  type ComposeProject,
  type DockerEngine,
  type StackTenant,
  type StackTurn,
  type SubscriberMaker,
} from '../stack/index.ts';
import { boardAccountName } from './board-accounts.ts';

/** The engines within reach of this machine, with what the application of this data folder was told of them. */
export function engineFinder(dataFolder: string): EngineFinder {
  return new EngineFinder({
    machine: systemMachine(),
    knownHostsFile: join(dataFolder, 'engines', 'known_hosts'),
  });
}

/** Only those of this very machine: quick, and nothing is asked over a network. */
export function enginesHere(dataFolder: string): Promise<readonly EngineReport[]> {
  return engineFinder(dataFolder).find([], new AbortController().signal, 'this-machine');
}

export interface DockerWiring {
  readonly platform: Platform;
  readonly settings: () => Settings;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
  readonly tenant: StackTenant;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Made later: they back up the database of the stack that runs. */
  readonly backups: () => Pick<Backups, 'folder' | 'run'>;
  /** Made later, too: it is one of those that the application chooses from. */
  readonly turn: StackTurn;
  readonly clock: Clock;
  readonly log: Log;
}

/** Everything of the Docker stack, put together. */
export function composeDocker(wiring: DockerWiring): {
  readonly stack: DockerStack;
  readonly published: PublishedInUse;
  readonly handlers: Pick<Handlers, 'docker'>;
} {
  const { platform, settings, accounts, authority, tenant, clock, log } = wiring;
  const finder = engineFinder(platform.paths.data);
  const secrets = new StackSecrets(platform.secrets);
  const definition = new StackDefinition({
    sources: {
      shipped: platform.paths.stack,
      ingestorBundle: platform.paths.ingestor,
      sql: platform.paths.sql,
    },
    settings,
    secrets,
    accounts,
    authority,
    environment: wiring.environment,
    appVersion: platform.appVersion,
    makeSubscriber,
  });
  const openEngine = async (address: string, signal: AbortSignal): Promise<DockerEngine> =>
    finder.open(address === '' ? await firstEngine(finder, signal) : address);
  const stack = new DockerStack({
    definition,
    openEngine,
    settings,
    tenant,
    sqlFolder: platform.paths.sql,
    appVersion: platform.appVersion,
    accountOf: boardAccountName,
    log,
    clock,
  });
  accounts.afterChange(() => stack.accountsChanged());
  const beside = {
    backupFolder: () => wiring.backups().folder,
    sqlFolder: platform.paths.sql,
    appVersion: platform.appVersion,
    clock,
    log,
  };
  const keys = new PublishedKeys(platform.secrets);
  const installation = (): Promise<string> => secrets.installation();
  const published = new PublishedInUse({
    openEngine,
    settings,
    keys,
    tenant,
    makeSubscriber,
    prepare: (owner, signal) => bringBeside(beside, owner, signal),
    installation,
    log,
    clock,
  });
  return {
    stack,
    published,
    handlers: {
      docker: dockerHandlers({
        stack,
        definition,
        finder,
        clock,
        takeOver: {
          accounts,
          turn: wiring.turn,
          ...beside,
        },
        use: { ...beside, stack: published, keys, turn: wiring.turn, openEngine, settings, installation },
        backUp: async (signal) => (await wiring.backups().run(() => undefined, signal)).path,
        keptIn: platform.kind === 'desktop' ? 'key-store' : 'file',
      }),
    },
  };
}

/** Subscribes without a session: another ingestor sees to it that all is stored. */
const makeSubscriber: SubscriberMaker = (wish) =>
  new AckingMqttClient({ clientId: `datayoti-field-${wish.username}`, ...wish, onlooker: true });

/** The engine of the settings and what runs on it, for a look without an application. */
export async function openProject(
  parts: {
    readonly dataFolder: string;
    readonly stackFolder: string;
    readonly appVersion: string;
    readonly settings: Settings;
  },
  signal: AbortSignal,
): Promise<{ readonly engine: DockerEngine; readonly project: ComposeProject }> {
  const { dataFolder, stackFolder, appVersion, settings } = parts;
  const finder = engineFinder(dataFolder);
  const { dockerEngine } = settings;
  const engine = await finder.open(dockerEngine === '' ? await firstEngine(finder, signal) : dockerEngine);
  return { engine, project: await readProject(stackFolder, settings, process.env, appVersion) };
}

/** The engine that Docker's own command line would use. @throws AppError of the first that does not answer */
async function firstEngine(finder: EngineFinder, signal: AbortSignal): Promise<string> {
  // Engines of other machines are asked only where this one has none: a laptop away from them would wait.
  const here = await finder.find([], signal, 'this-machine');
  const found = here.some(({ error }) => error === null) ? here : await finder.find([], signal);
  const usable = found.find(({ error }) => error === null) ?? found[0];
  if (usable === undefined) throw new AppError('docker.no-engine', 'No Docker engine was found.');
  if (usable.error !== null) throw new AppError(usable.error.code, usable.error.message, usable.error.data);
  return usable.address;
}
