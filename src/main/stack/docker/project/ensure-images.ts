import { createHash } from 'node:crypto';
import { AppError, isAppError } from '../../../../shared/domain/app-error.ts';
import { labels, serviceOf, type ComposeProject } from '../compose/index.ts';
import type { DockerEngine, ImageProgress } from '../engine/docker-engine.ts';
import { step, type LayerProgress, type UpProgress } from './up-progress.ts';
import type { StackFiles } from './stack-files.ts';

/**
 * Every image of the project is on the engine when this resolves: built where the file says how, else pulled.
 * One that is there is not looked for again, so that a cellar without a network is no obstacle.
 *
 * @param files holds the build context of what is built
 * @throws AppError `docker.image-unavailable`
 */
export async function ensureImages(
  engine: DockerEngine,
  project: ComposeProject,
  files: StackFiles,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const layers = new LayerSum();
  for (const name of Object.keys(project.file.services)) {
    signal.throwIfAborted();
    const { image, build } = serviceOf(project, name);
    tell(step('images', name));
    const present = await engine.inspectImage(image);
    if (build === undefined) {
      if (present !== undefined) continue;
      await pull(engine, image, (report) => tell({ ...layers.add(image, report), service: name }), signal);
      continue;
    }
    const mark = markOf(contextFiles(files, build.context), build.args);
    if (present !== undefined && (present.Config.Labels?.[labels.context] ?? mark) === mark) continue;
    const base = build.args['BASE_IMAGE'];
    if (base !== undefined && (await engine.inspectImage(base)) === undefined)
      await pull(engine, base, (report) => tell({ ...layers.add(base, report), service: name }), signal);
    await buildService(engine, project, name, files, tell, signal);
  }
}

/**
 * What the names of all images stand for now: pulled and built again. One that cannot be pulled is taken as it is on
 * the engine, where a person without a network may have loaded a new one from a file.
 *
 * @throws AppError `docker.image-unavailable` for one that is neither here nor to be had
 */
export async function renewImages(
  engine: DockerEngine,
  project: ComposeProject,
  files: StackFiles,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const layers = new LayerSum();
  const renew = async (service: string, image: string): Promise<void> => {
    try {
      await pull(engine, image, (report) => tell({ ...layers.add(image, report), service }), signal);
    } catch (error) {
      const here = (await engine.inspectImage(image)) !== undefined;
      if (!here || !isAppError(error, 'docker.image-unavailable')) throw error;
    }
  };
  for (const name of Object.keys(project.file.services)) {
    signal.throwIfAborted();
    const { image, build } = serviceOf(project, name);
    tell(step('images', name));
    const base = build?.args['BASE_IMAGE'];
    if (build === undefined) await renew(name, image);
    else {
      if (base !== undefined) await renew(name, base);
      await buildService(engine, project, name, files, tell, signal);
    }
  }
}

async function buildService(
  engine: DockerEngine,
  project: ComposeProject,
  name: string,
  files: StackFiles,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const { image, build } = serviceOf(project, name);
  if (build === undefined) return;
  const context = contextFiles(files, build.context);
  await engine.buildImage(
    context,
    { reference: image, buildArgs: build.args, labels: { [labels.context]: markOf(context, build.args) } },
    (line) => tell(step('images', name, line)),
    signal,
  );
}

async function pull(
  engine: DockerEngine,
  image: string,
  tell: (progress: ImageProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await engine.pullImage(image, tell, signal);
  } catch (error) {
    // What else the engine says while it pulls is about the image, too; that it is gone, or full, is not.
    if (!isAppError(error, 'engine.image-missing') && !isAppError(error, 'engine.refused')) throw error;
    const text = String(error.data['text'] ?? '');
    throw new AppError(
      'docker.image-unavailable',
      `The image ${image} cannot be had: ${text}`,
      { image, text },
      error,
    );
  }
}

/** An image that Compose built, or that came from a file, bears no mark and is taken as it is. */
function markOf(
  context: ReturnType<typeof contextFiles>,
  buildArgs: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256').update(JSON.stringify(buildArgs));
  for (const { path, content } of context.toSorted((a, b) => (a.path < b.path ? -1 : 1)))
    hash.update(path).update('\0').update(content).update('\0');
  return hash.digest('hex');
}

function contextFiles(
  files: StackFiles,
  context: string,
): readonly { readonly path: string; readonly content: Uint8Array }[] {
  const folder = `${context.replace(/^\.\//, '').replace(/\/$/, '')}/`;
  const found = [...files].filter(([path]) => path.startsWith(folder));
  if (found.length === 0)
    throw new AppError('docker.files-missing', `The stack needs ${folder}, which is not there.`, {
      path: folder,
    });
  return found.map(([path, { content }]) => ({ path: path.slice(folder.length), content }));
}

/** Layers of all images together, as a bar that never runs backwards needs them. */
class LayerSum {
  readonly #layers = new Map<string, LayerProgress>();

  add(image: string, { layer, status, currentBytes, totalBytes }: ImageProgress): UpProgress {
    if (layer !== null) {
      const before = this.#layers.get(`${image} ${layer}`);
      const loading = status === 'Downloading';
      const total = (loading ? totalBytes : null) ?? before?.totalBytes ?? null;
      // After the download the engine counts from the beginning, while it unpacks.
      const current = loading
        ? Math.max(currentBytes ?? 0, before?.currentBytes ?? 0)
        : (before?.currentBytes ?? 0);
      const whole = /^(Download complete|Verifying|Extracting|Pull complete|Already exists)/.test(status);
      this.#layers.set(`${image} ${layer}`, {
        image,
        id: layer,
        status,
        currentBytes: whole ? total : current,
        totalBytes: total,
      });
    }
    const layers = [...this.#layers.values()];
    const total = layers.reduce((sum, item) => sum + (item.totalBytes ?? 0), 0);
    const current = layers.reduce((sum, item) => sum + (item.currentBytes ?? 0), 0);
    return { ...step('images'), layers, bytes: total === 0 ? null : { current, total } };
  }
}
