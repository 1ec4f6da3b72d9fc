import { readRegister, type AccountRegister } from './account-register.ts';
import { containerName, secretsFolder, type ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { secretNames, type StackSecretValues } from './project/index.ts';

const broker = 'mosquitto';
const accessFolder = '/mosquitto/config';

/** What the installation that wrote the broker's files left in them; `undefined` where there is nothing. */
export async function registerInContainer(
  engine: DockerEngine,
  project: ComposeProject,
): Promise<AccountRegister | undefined> {
  const read = async (name: string): Promise<string | undefined> => {
    const container = containerName(project, broker);
    if ((await engine.inspectContainer(container)) === undefined) return undefined;
    return (await engine.getFile(container, `${accessFolder}/${name}`))?.toString('utf8');
  };
  const rights = await read('acl');
  return rights === undefined ? undefined : readRegister(rights, (await read('passwords')) ?? '');
}

/** The passwords with which the services of the project were made. */
export async function secretsInContainers(
  engine: DockerEngine,
  project: ComposeProject,
): Promise<Partial<StackSecretValues>> {
  const found: Partial<Record<keyof StackSecretValues, string>> = {};
  for (const [service, { secrets }] of Object.entries(project.file.services)) {
    const container = containerName(project, service);
    const wanted = secretNames.filter((name) => secrets.includes(name) && found[name] === undefined);
    if (wanted.length === 0 || (await engine.inspectContainer(container)) === undefined) continue;
    for (const name of wanted) {
      const file = await engine.getFile(container, `${secretsFolder}/${name}`);
      if (file !== undefined && file.length > 0) found[name] = file.toString('utf8').replace(/\r?\n$/, '');
    }
  }
  return found;
}
