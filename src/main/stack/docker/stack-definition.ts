import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { AppError } from '../../../shared/domain/app-error.ts';
import { sensorTopicFilter } from '../../../shared/domain/topics.ts';
import type { MessageSink } from '../../../shared/domain/inbound-message.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Log } from '../../foundation/log.ts';
import type { AccountStore, CertificateAuthority } from '../embedded/broker/index.ts';
import { hashPassword } from '../embedded/broker/password-hash.ts';
import { localAddresses } from '../embedded/broker/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { registerLines, type ApplicationAccount } from './account-register.ts';
import { registerInContainer, secretsInContainers } from './found-in-containers.ts';
import { readComposeFile, type ComposeProject } from './compose/index.ts';
import {
  accessFiles,
  assembleFiles,
  type StackCredentials,
  type StackFiles,
  type StackSecrets,
  type StackSecretValues,
  type StackSources,
} from './project/index.ts';
import { composeFileName } from './project/stack-files.ts';
import { ingestorUser, projectName, stackVariables } from './stack-variables.ts';

export interface StackDefinitionParts {
  readonly sources: StackSources;
  readonly settings: () => Settings;
  readonly secrets: StackSecrets;
  readonly accounts: AccountStore;
  readonly authority: CertificateAuthority;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly appVersion: string;
  /** Made from the ingest, which this capability does not know. */
  readonly makeSubscriber: SubscriberMaker;
}

export type SubscriberMaker = (wish: {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly filters: readonly string[];
  readonly sink: MessageSink;
  readonly log: Log;
  readonly clock: Clock;
  /** Where the account is not this installation's alone. */
  readonly clientId?: string;
}) => Subscriber;

/** Hands what the broker sends to a sink, and connects again after every loss. */
export interface Subscriber {
  start(): void;
  close(): Promise<void>;
  /** `refused` while the broker does not let the account in, or does not let it read. */
  state(): {
    readonly phase: 'connecting' | 'connected' | 'refused' | 'closed';
    readonly error: AppError | null;
  };
  onChange(listener: () => void): () => void;
}

/**
 * compose.yaml with the values of the settings.
 *
 * @throws AppError `compose.invalid`, `compose.variable-missing`
 */
export async function readProject(
  folder: string,
  settings: Settings,
  environment: StackDefinitionParts['environment'],
  appVersion: string,
): Promise<ComposeProject> {
  const content = await readFile(join(folder, composeFileName), 'utf8');
  return {
    name: nameOfProject(environment),
    file: readComposeFile(content, stackVariables(settings, environment, appVersion)),
    folder,
    version: appVersion,
  };
}

function nameOfProject(environment: StackDefinitionParts['environment']): string {
  return environment['COMPOSE_PROJECT_NAME'] ?? projectName;
}

/** What is to be run: compose.yaml with the person's values, and every file that goes into the containers. */
export class StackDefinition {
  readonly projectName: string;
  readonly #parts: StackDefinitionParts;
  /** Accounts of other installations that use the same stack. */
  #others: readonly ApplicationAccount[] = [];

  constructor(parts: StackDefinitionParts) {
    this.#parts = parts;
    this.projectName = nameOfProject(parts.environment);
  }

  /** compose.yaml as it is shipped. */
  compose(): Promise<string> {
    return readFile(join(this.#parts.sources.shipped, composeFileName), 'utf8');
  }

  variables(): Readonly<Record<string, string>> {
    const { settings, environment, appVersion } = this.#parts;
    return stackVariables(settings(), environment, appVersion);
  }

  /** @throws AppError `compose.invalid`, `compose.variable-missing` */
  project(): Promise<ComposeProject> {
    const { sources, settings, environment, appVersion } = this.#parts;
    return readProject(sources.shipped, settings(), environment, appVersion);
  }

  /** @param engine the one that they are for; without it for a machine that is not known yet */
  async files(
    engine?: Pick<DockerEngine, 'host' | 'remote'>,
  ): Promise<{ readonly files: StackFiles; readonly credentials: StackCredentials }> {
    const credentials = await this.credentials(engine);
    return { files: await assembleFiles(this.#parts.sources, credentials), credentials };
  }

  /**
   * As `files`, for an engine on which another installation may have been at work: its accounts stay beside ours,
   * and the passwords with which it made the services stay in effect, unless they were changed here since.
   */
  async filesOn(engine: DockerEngine): ReturnType<StackDefinition['files']> {
    await this.adopt(engine);
    return this.files(engine);
  }

  /** Takes over what another installation left in the containers. */
  async adopt(engine: DockerEngine): Promise<void> {
    const { secrets, accounts } = this.#parts;
    const project = await this.project();
    const register = await registerInContainer(engine, project);
    if (register === undefined) return;
    await accounts.merge(register.shared);
    const { username } = await secrets.app();
    this.#others = register.applications.filter((other) => other.username !== username);
    if (register.installation === (await secrets.installation()) || (await secrets.waiting())) return;
    await secrets.adopt(await secretsInContainers(engine, project));
  }

  /** What the stack runs with is what is here. */
  settled(): Promise<void> {
    return this.#parts.secrets.settled();
  }

  renewSecrets(): Promise<void> {
    // Installations that are still there come back with an account of their own.
    this.#others = [];
    return this.#parts.secrets.renew();
  }

  takeSecrets(values: Partial<StackSecretValues>): Promise<void> {
    return this.#parts.secrets.take(values);
  }

  /** Logins and rights as they are now. */
  async access(): Promise<StackFiles> {
    return accessFiles(await this.#access());
  }

  /** Changes whenever an account does. */
  async accessMark(): Promise<string> {
    return JSON.stringify(await this.#parts.accounts.hashed());
  }

  async credentials(engine?: Pick<DockerEngine, 'host' | 'remote'>): Promise<StackCredentials> {
    const { authority } = this.#parts;
    // Boards check that the certificate names the machine to which they were told to connect.
    const far = engine?.remote === true ? [engine.host] : [];
    const lan = localAddresses()
      .filter(({ kind }) => kind === 'lan')
      .map(({ address }) => address);
    const server = await authority.serverCredentials(['mosquitto', ...far, ...lan]);
    return { ...(await this.#access()), tls: { ca: (await authority.info()).pem, ...server } };
  }

  async #access(): Promise<Omit<StackCredentials, 'tls'>> {
    const { secrets, accounts } = this.#parts;
    const app = await secrets.app();
    const shared = await accounts.shared();
    const own = { username: app.username, hash: await hashPassword(app.password) };
    const applications = [own, ...this.#others];
    return {
      secrets: await secrets.all(),
      ingestorUser,
      accounts: [
        ...shared.accounts,
        ...applications.map((account) => ({ ...account, role: 'admin' as const, mac: null })),
      ],
      notes: registerLines({ installation: await secrets.installation(), shared, applications }),
      app,
    };
  }

  subscriber(
    target: Omit<Parameters<SubscriberMaker>[0], 'filters' | 'sink' | 'log' | 'clock'>,
    sink: MessageSink,
    log: Log,
    clock: Clock,
  ): ReturnType<SubscriberMaker> {
    return this.#parts.makeSubscriber({ ...target, filters: [sensorTopicFilter], sink, log, clock });
  }
}
