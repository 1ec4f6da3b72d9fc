import type { ContainerInspectInfo } from 'dockerode';
import { AppError, isAppError } from '../../../../shared/domain/app-error.ts';
import {
  containerBody,
  containerName,
  labels,
  networkBody,
  serviceOf,
  startOrder,
  volumeBody,
  type ComposeProject,
} from '../compose/index.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';
import { differences } from './drift.ts';
import { ensureImages } from './ensure-images.ts';
import { findPublishedStack, nameOf, portFailure, requireFreePorts } from './preflight.ts';
import { filesMark, filesOfService, type StackFiles } from './stack-files.ts';
import { step, type UpProgress } from './up-progress.ts';
import { refuseOtherVersion } from './volume-version.ts';
import { waitHealthy } from './wait-healthy.ts';

export interface BringUp {
  readonly engine: DockerEngine;
  readonly project: ComposeProject;
  readonly files: StackFiles;
  /** Work to be done once a service is healthy and before those start that wait for it. */
  readonly onHealthy?: (service: string, container: string, signal: AbortSignal) => Promise<void>;
  /** By service: do its last log lines say that it never gets healthy? Those of others are not read. */
  readonly isHopeless?: Readonly<Record<string, (log: string) => boolean>>;
}

/**
 * From whatever the engine has to all services healthy. Each step looks first at what is there, so that a second
 * call goes on where a first one was cut off, and one over a running stack changes only what differs from the
 * definition. Volumes are made, never removed.
 *
 * @throws AppError `docker.*`, `engine.*`; what was made stays and carries our labels
 */
export async function bringUp(
  up: BringUp,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { engine, project, files } = up;
  tell(step('check'));
  await refusePublishedStack(engine);
  for (const name of Object.keys(project.file.services)) filesOfService(project, name, files);
  await requireFreePorts(engine, project, signal);
  await ensureImages(engine, project, files, tell, signal);
  tell(step('network'));
  for (const key of Object.keys(project.file.networks)) {
    const body = networkBody(project, key);
    if ((await engine.inspectNetwork(body.Name)) === undefined)
      await madeByOneOfUs(engine.createNetwork(body));
  }
  tell(step('volumes'));
  for (const key of Object.keys(project.file.volumes)) {
    const body = volumeBody(project, key);
    if ((await engine.inspectVolume(body.Name)) === undefined) await engine.createVolume(body);
  }
  for (const name of startOrder(project.file)) {
    signal.throwIfAborted();
    tell(step('containers', name));
    await prepare(engine, project, name, files);
  }
  await startAll(up, tell, signal);
  tell(step('done'));
}

/** Those that were stopped stay so, do no harm, and hold their volumes. */
async function refusePublishedStack(engine: DockerEngine): Promise<void> {
  const running = (await findPublishedStack(engine)).filter(({ State }) => State === 'running');
  if (running.length === 0) return;
  const containers = running.map(nameOf).join(', ');
  throw new AppError('docker.other-stack', `The published stack runs on this engine: ${containers}.`, {
    containers,
    running: running.length,
  });
}

/** A container as defined, with its files in it; one that runs as defined is left alone. */
async function prepare(
  engine: DockerEngine,
  project: ComposeProject,
  name: string,
  files: StackFiles,
): Promise<void> {
  const container = containerName(project, name);
  const mark = filesMark(project, name, files);
  const defined = containerBody(project, name);
  const body = { ...defined, Labels: { ...defined.Labels, [labels.files]: mark } };
  const present = await existing(engine, project, name);
  if (present !== undefined) {
    const image = await engine.inspectImage(serviceOf(project, name).image);
    // One of another Compose has no such mark: its files lie beside compose.yaml, and are those of now.
    const filesAsNow = (present.Config.Labels[labels.files] ?? mark) === mark;
    if (filesAsNow && differences(body, present, image).length === 0) {
      if (!present.State.Running) await engine.putFiles(present.Id, filesOfService(project, name, files));
      return;
    }
    // Asked of the one that is there: it is not stopped for an image that could not read its data.
    await refuseOtherVersion(engine, project, name, present.Id);
    await engine.stopContainer(present.Id, serviceOf(project, name).stop_grace_period ?? 10);
    await engine.removeContainer(present.Id);
  }
  await madeByOneOfUs(engine.createContainer(body));
  // A volume may be older than every container.
  await refuseOtherVersion(engine, project, name, container);
  await engine.putFiles(container, filesOfService(project, name, files));
}

/** Another tool may have given the container of a service another name; its labels tell. */
export async function existing(
  engine: DockerEngine,
  project: ComposeProject,
  service: string,
): Promise<ContainerInspectInfo | undefined> {
  const [found] = await engine.listContainers({ [labels.project]: project.name, [labels.service]: service });
  return engine.inspectContainer(found?.Id ?? containerName(project, service));
}

/** Two copies of the application may do the same at once: what the other one made just now is as good. */
async function madeByOneOfUs(making: Promise<unknown>): Promise<void> {
  try {
    await making;
  } catch (error) {
    if (!isAppError(error, 'engine.refused') || error.data['status'] !== 409) throw error;
  }
}

/** Services that wait for nothing start together; each of the others as soon as what it needs is there. */
async function startAll(
  up: BringUp,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { engine, project } = up;
  const stop = new AbortController();
  const joined = AbortSignal.any([signal, stop.signal]);
  const started = new Map<string, Promise<void>>();
  for (const name of startOrder(project.file)) {
    const needed = Object.keys(serviceOf(project, name).depends_on).flatMap(
      (other) => started.get(other) ?? [],
    );
    const starting = (async () => {
      await Promise.all(needed);
      joined.throwIfAborted();
      tell(step('start', name));
      const present = await existing(engine, project, name);
      const container = present?.Id ?? containerName(project, name);
      // The engine starts one that ended again, later each time. What made it end may be mended by now: it is begun
      // anew instead of being judged by its last end.
      if (present?.State.Restarting === true) await engine.stopContainer(container, 0);
      await engine.startContainer(container).catch(async (error: unknown) => {
        throw await portFailure(engine, name, error);
      });
      tell(step('healthy', name));
      await waitHealthy(engine, name, container, joined, up.isHopeless?.[name]);
      await up.onHealthy?.(name, container, joined);
    })();
    // The first failure is the one to tell; the others only end because of it.
    starting.catch(() => stop.abort());
    started.set(name, starting);
  }
  const results = await Promise.allSettled(started.values());
  signal.throwIfAborted();
  const reasons = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (reasons.length > 0) throw reasons.find((reason) => isAppError(reason)) ?? reasons[0];
}
