import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readComposeFile, type ComposeProject } from '../../src/main/stack/docker/compose/index.ts';
import { systemClock } from '../../src/main/foundation/clock.ts';
import { assembleFiles } from '../../src/main/stack/docker/project/assemble-files.ts';
import type { HashedAccount } from '../../src/main/stack/docker/project/broker-files.ts';
import type { StackFiles } from '../../src/main/stack/docker/project/stack-files.ts';
import {
  generateSecret,
  secretNames,
  type StackSecretValues,
} from '../../src/main/stack/docker/project/stack-secrets.ts';
import { hashPassword } from '../../src/main/stack/embedded/broker/password-hash.ts';
import { CertificateAuthority, type DockerEngine } from '../../src/main/stack/index.ts';
import { freePort } from './free-port.ts';
import { imageVariables, ingestorImage } from './stack-images.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A stack under a name and on ports of its own, ready to be brought up. */
export interface TestStack {
  readonly name: string;
  readonly compose: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly files: StackFiles;
  readonly secrets: StackSecretValues;
  readonly ports: Readonly<Record<'mqtt' | 'mqtts' | 'websocket' | 'postgres' | 'grafana', number>>;
  /** An account that may publish as the board of this MAC. */
  readonly board: { readonly mac: string; readonly username: string; readonly password: string };
}

export async function testStack(change: Partial<StackSecretValues> = {}): Promise<TestStack> {
  const name = `dyt${randomBytes(4).toString('hex')}`;
  const ports = {
    mqtt: await freePort(),
    mqtts: await freePort(),
    websocket: await freePort(),
    postgres: await freePort(),
    grafana: await freePort(),
  };
  const made = Object.fromEntries(secretNames.map((secret) => [secret, generateSecret()]));
  const secrets = { ...made, ...change } as StackSecretValues;
  const board = { mac: '1C:69:20:E9:18:24', username: 'board-1', password: generateSecret() };
  const account: HashedAccount = {
    username: board.username,
    role: 'device',
    mac: '1C:69:20:E9:18:24' as HashedAccount['mac'],
    hash: await hashPassword(board.password),
  };
  const authority = new CertificateAuthority(await mkdtemp(join(tmpdir(), 'datayoti-tls-')), systemClock);
  const server = await authority.serverCredentials([]);
  const files = await assembleFiles(
    {
      shipped: join(root, 'resources/stack'),
      ingestorBundle: join(root, 'out/ingestor/ingestor.mjs'),
      sql: join(root, 'sql'),
    },
    {
      secrets,
      ingestorUser: 'field-ingestor',
      accounts: [account],
      app: { username: 'field-app', password: generateSecret() },
      tls: { ca: (await authority.info()).pem, ...server },
    },
  );
  return {
    name,
    compose: await readFile(join(root, 'resources/stack/compose.yaml'), 'utf8'),
    files,
    secrets,
    ports,
    board,
    variables: {
      ...imageVariables,
      INGESTOR_IMAGE: ingestorImage(),
      MQTT_ADDRESS: '127.0.0.1',
      MQTT_PORT: String(ports.mqtt),
      MQTTS_PORT: String(ports.mqtts),
      WEBSOCKET_PORT: String(ports.websocket),
      PG_PORT: String(ports.postgres),
      GRAFANA_PORT: String(ports.grafana),
    },
  };
}

/** The same with an image of the ingestor that is not there yet, so that it is built. */
export function withOwnIngestor(stack: TestStack): TestStack {
  return { ...stack, variables: { ...stack.variables, INGESTOR_IMAGE: ownIngestor(stack.name) } };
}

const ownIngestor = (project: string): string => `${project}-ingestor:test`;

/** Whatever a test left of a project on the engine. */
export async function removeProject(engine: DockerEngine, name: string): Promise<void> {
  const label = { 'com.docker.compose.project': name };
  // Ended at once: nobody needs its data any more.
  await Promise.all((await engine.listContainers(label)).map(({ Id }) => engine.removeContainer(Id)));
  for (const { Name } of await engine.listNetworks(label)) await engine.removeNetwork(Name);
  for (const { Name } of await engine.listVolumes(label)) await engine.removeVolume(Name);
  await engine.removeImage(ownIngestor(name)).catch(() => undefined);
}

/** The definition of a test's stack, with other variables or another text where wanted. */
export function projectOf(
  stack: TestStack,
  change: Readonly<Record<string, string>> = {},
  edit: (compose: string) => string = (compose) => compose,
): ComposeProject {
  return {
    name: stack.name,
    file: readComposeFile(edit(stack.compose), { ...stack.variables, ...change }),
    folder: '/stack',
    version: '0.1.0',
  };
}
