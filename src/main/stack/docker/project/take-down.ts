import type { ContainerInfo } from 'dockerode';
import { AppError } from '../../../../shared/domain/app-error.ts';
import { labels, startOrder, type ComposeProject } from '../compose/index.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { previousImage } from './previous-image.ts';

const defaultGraceSeconds = 10;

/** Stops the services, those first that need others; containers, network and volumes stay. */
export async function stopProject(
  engine: DockerEngine,
  project: ComposeProject,
  signal: AbortSignal,
): Promise<void> {
  for (const item of await inStopOrder(engine, project)) {
    signal.throwIfAborted();
    await engine.stopContainer(item.Id, graceOf(project, item));
  }
}

/** Stops the services and removes their containers and networks; volumes stay. */
export async function removeContainers(
  engine: DockerEngine,
  project: ComposeProject,
  signal: AbortSignal,
): Promise<void> {
  for (const item of await inStopOrder(engine, project)) {
    signal.throwIfAborted();
    await engine.stopContainer(item.Id, graceOf(project, item));
    await engine.removeContainer(item.Id);
  }
  for (const { Name } of await engine.listNetworks({ [labels.project]: project.name }))
    await engine.removeNetwork(Name);
}

/**
 * Removes everything, the data too. The only way by which a volume is ever removed.
 *
 * @param typedName what the person typed; has to be the project's name
 * @throws AppError `docker.name-not-typed`
 */
export async function removeWithData(
  engine: DockerEngine,
  project: ComposeProject,
  typedName: string,
  signal: AbortSignal,
): Promise<void> {
  if (typedName !== project.name)
    throw new AppError('docker.name-not-typed', `To remove the data of ${project.name}, type its name.`, {
      name: project.name,
    });
  await removeContainers(engine, project, signal);
  for (const { Name } of await engine.listVolumes({ [labels.project]: project.name })) {
    signal.throwIfAborted();
    await engine.removeVolume(Name);
  }
  // Without data there is nothing to go back to.
  for (const service of Object.keys(project.file.services))
    await engine.removeImage(previousImage(project, service));
}

/** Also those that the definition no longer has: they are the project's all the same. */
async function inStopOrder(engine: DockerEngine, project: ComposeProject): Promise<readonly ContainerInfo[]> {
  const order = startOrder(project.file);
  const found = await engine.listContainers({ [labels.project]: project.name });
  const place = (item: ContainerInfo): number => order.indexOf(item.Labels[labels.service] ?? '');
  return [...found].sort((a, b) => place(b) - place(a));
}

function graceOf(project: ComposeProject, item: ContainerInfo): number {
  return project.file.services[item.Labels[labels.service] ?? '']?.stop_grace_period ?? defaultGraceSeconds;
}
