import type { AsyncDisposer } from '../../foundation/disposer.ts';
import { drop } from '../../foundation/drop.ts';
import type { SeenLogin } from '../local-stack.ts';
import { AccessKeeper } from './access-keeper.ts';
import { BrokerLink } from './broker-link.ts';
import type { ComposeProject } from './compose/index.ts';
import type { DockerStackOptions } from './docker-stack.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { followLogins } from './login-log.ts';
import type { StackCredentials, StackFiles } from './project/index.ts';
import { openStackDatabase, type StackDatabase } from './stack-database.ts';

/** The stack as it runs: what is connected to. */
export interface StackInUse {
  readonly engine: DockerEngine;
  readonly project: ComposeProject;
  readonly files: StackFiles;
  readonly credentials: StackCredentials;
}

export interface Attached extends StackInUse {
  readonly database: StackDatabase;
  readonly link: BrokerLink;
  readonly access: AccessKeeper;
}

export interface AttachListeners {
  readonly login: (login: SeenLogin) => void;
  readonly changed: () => void;
}

/**
 * Connects the application to a stack whose services are healthy: its database and its broker.
 * All of it ends with `running`, and the containers go on.
 */
export async function attach(
  use: StackInUse,
  options: DockerStackOptions,
  tell: AttachListeners,
  running: AsyncDisposer,
  signal: AbortSignal,
): Promise<Attached> {
  const { engine, project, files, credentials } = use;
  const { definition, settings, tenant, clock, log, sqlFolder, appVersion } = options;
  const database = await openStackDatabase(
    {
      engine,
      settings: settings(),
      secrets: credentials.secrets,
      sqlFolder,
      appVersion,
      log,
      now: () => clock.now(),
    },
    running,
    signal,
  );
  const opened = await tenant.open(
    { owner: database.owner, ingestor: database.ingestor, storedByAnother: true },
    signal,
  );
  running.defer('ingest', () => opened.close(), 15_000);
  const access = running.use(
    'accounts',
    new AccessKeeper({ engine, definition, project, log, written: files }),
  );
  await access.look();
  const { brokerAddress: address, mqttPort: port } = settings();
  const target = { ...(await engine.reach({ address, port })), ...credentials.app };
  const link = running.use('broker link', new BrokerLink(target));
  link.onChange(tell.changed);
  running.use('subscriber', definition.subscriber(target, opened.sink, log, clock)).start();

  const stop = new AbortController();
  running.defer('following the logins', () => stop.abort());
  drop(
    followLogins(engine, project, options.accountOf, tell.login, stop.signal),
    log,
    'following the logins',
  );
  return { ...use, database, link, access };
}
