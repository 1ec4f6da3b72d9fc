import { readRegister, type AccountRegister } from './account-register.ts';
import {
  containerName,
  labels,
  scopedName,
  secretsFolder,
  serviceOf,
  type ComposeProject,
} from './compose/index.ts';
import type { ContainerFile, DockerEngine } from './engine/docker-engine.ts';
import { secretNames, type StackSecretValues } from './project/index.ts';

const broker = 'mosquitto';
const accessFolder = '/mosquitto/config';

/** In the broker's own volume, so that the register outlives its container. */
const keptFolder = 'datayoti';
const accessNames = ['acl', 'passwords'];

/**
 * What the installation that wrote the broker's files left in them, or in the volume where the container is gone;
 * `undefined` where there is nothing.
 */
export async function registerInContainer(
  engine: DockerEngine,
  project: ComposeProject,
): Promise<AccountRegister | undefined> {
  const container = containerName(project, broker);
  if ((await engine.inspectContainer(container)) !== undefined)
    return registerAt(engine, container, accessFolder);
  return registerInVolume(engine, project);
}

/** Beside the broker's own files, for the next one that brings the stack up after its containers were removed. */
export async function keepRegister(
  engine: DockerEngine,
  project: ComposeProject,
  access: readonly ContainerFile[],
): Promise<void> {
  const target = dataFolder(project)?.target;
  if (target === undefined) return;
  const files = access.flatMap((file) => {
    const name = accessNames.find((one) => file.path.endsWith(`/${one}`));
    return name === undefined ? [] : [{ ...file, path: `${target}/${keptFolder}/${name}` }];
  });
  await engine.putFiles(containerName(project, broker), files);
}

async function registerAt(
  engine: DockerEngine,
  container: string,
  folder: string,
): Promise<AccountRegister | undefined> {
  const [rights, passwords] = await Promise.all(
    accessNames.map(async (name) => (await engine.getFile(container, `${folder}/${name}`))?.toString('utf8')),
  );
  return rights === undefined ? undefined : readRegister(rights, passwords ?? '');
}

/** A container that is never started shows what is in the volume. */
async function registerInVolume(
  engine: DockerEngine,
  project: ComposeProject,
): Promise<AccountRegister | undefined> {
  const { image } = serviceOf(project, broker);
  const mount = dataFolder(project);
  if (mount === undefined || (await engine.inspectImage(image)) === undefined) return undefined;
  const volume = scopedName(project, mount.name);
  if ((await engine.inspectVolume(volume)) === undefined) return undefined;
  const id = await engine.createContainer({
    Image: image,
    Labels: { [labels.project]: project.name, [labels.oneOff]: 'True' },
    HostConfig: { Binds: [`${volume}:/volume:ro`], NetworkMode: 'none' },
  });
  try {
    return await registerAt(engine, id, `/volume/${keptFolder}`);
  } finally {
    await engine.removeContainer(id);
  }
}

function dataFolder(project: ComposeProject): { readonly name: string; readonly target: string } | undefined {
  for (const mount of serviceOf(project, broker).volumes) if (mount.kind === 'volume') return mount;
  return undefined;
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
