import { AppError } from '../../../shared/domain/app-error.ts';
import type { DockerStack, RebuildSite } from './docker-stack.ts';
import {
  existing,
  previousImage,
  refuseOtherVersion,
  renewImages,
  step,
  type UpProgress,
} from './project/index.ts';

export interface StackUpdate {
  /** The backup that was made before, checked. */
  readonly backup: string;
  /** Services that run on another image now. */
  readonly changed: readonly string[];
}

/** The image that a service runs on, so that there is a way back to it. */
interface InUse {
  readonly service: string;
  readonly container: string;
  readonly image: string;
}

const wayBackMs = 10 * 60_000;

/**
 * New images under the names that the definition has, after a backup. Where a service does not get healthy with
 * them, or the work is cancelled, the names are given back to the images of before and the stack runs on those again.
 * Data of another PostgreSQL version is refused before anything is changed, so the way back is always open.
 *
 * @param backUp makes a backup of the database and returns its file
 * @throws AppError `docker.update-taken-back` when it is as before, `engine.cancelled` likewise; `docker.*`, `engine.*` where nothing was changed
 */
export async function updateStack(
  stack: DockerStack,
  backUp: (signal: AbortSignal) => Promise<string>,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<StackUpdate> {
  if (stack.owner() === undefined) throw new AppError('stack.not-running', 'The stack is not running.');
  tell(step('backup', 'postgres'));
  const backup = await backUp(signal);
  const outcome = await stack.rebuild(tell, signal, async (site) => {
    const before = await inUse(site);
    try {
      await newImages(site, before, tell, signal);
    } catch (error) {
      await giveBack(site, before);
      throw signal.aborted ? calledOff(error, backup) : error;
    }
    try {
      await site.bringUp();
      return { changed: await changedSince(site, before) };
    } catch (error) {
      tell(step('way-back'));
      await giveBack(site, before);
      await site.bringUp({}, AbortSignal.timeout(wayBackMs));
      return { error };
    }
  });
  if ('changed' in outcome) return { backup, changed: outcome.changed };
  throw takenBack(outcome.error, backup, signal);
}

async function inUse({ engine, project }: RebuildSite): Promise<readonly InUse[]> {
  const found: InUse[] = [];
  for (const service of Object.keys(project.file.services)) {
    const info = await existing(engine, project, service);
    if (info === undefined) continue;
    await engine.tagImage(info.Image, previousImage(project, service));
    found.push({ service, container: info.Id, image: info.Image });
  }
  return found;
}

async function newImages(
  { engine, project, files }: RebuildSite,
  before: readonly InUse[],
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  await renewImages(engine, project, files, tell, signal);
  for (const { service, container } of before) await refuseOtherVersion(engine, project, service, container);
}

async function giveBack({ engine, project }: RebuildSite, before: readonly InUse[]): Promise<void> {
  for (const { service, image } of before) {
    const name = project.file.services[service]?.image;
    if (name !== undefined && (await engine.inspectImage(name))?.Id !== image)
      await engine.tagImage(image, name);
  }
}

async function changedSince({ engine, project }: RebuildSite, before: readonly InUse[]): Promise<string[]> {
  const changed: string[] = [];
  for (const { service, image } of before)
    if ((await existing(engine, project, service))?.Image !== image) changed.push(service);
  return changed;
}

function calledOff(error: unknown, backup: string): AppError {
  return new AppError(
    'engine.cancelled',
    `The update was cancelled: the stack runs on the images of before. The backup stays: ${backup}`,
    { context: 'update', backup },
    error,
  );
}

function takenBack(error: unknown, backup: string, signal: AbortSignal): unknown {
  if (signal.aborted) return calledOff(error, backup);
  const service = error instanceof AppError ? (error.data['service'] ?? null) : null;
  const log = error instanceof AppError ? (error.data['log'] ?? '') : '';
  const text = error instanceof Error ? error.message : String(error);
  return new AppError(
    'docker.update-taken-back',
    `The new images do not work (${text}): the stack runs on the images of before again.`,
    { text, service, log, backup },
    error,
  );
}
