import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { Transform } from 'node:stream';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { step, type UpProgress } from './project/index.ts';

/** Every image that the project runs. */
export function imagesOf(project: ComposeProject): readonly string[] {
  return [...new Set(Object.values(project.file.services).map(({ image }) => image))];
}

/**
 * Writes the images of the project to one archive, as `docker save` does. It has its name only once it is whole.
 *
 * @returns its size in bytes
 * @throws AppError `engine.image-missing`, `file.unwritable`
 */
export async function saveImages(
  engine: DockerEngine,
  project: ComposeProject,
  path: string,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<number> {
  for (const image of imagesOf(project))
    if ((await engine.inspectImage(image)) === undefined)
      throw new AppError('engine.image-missing', `The engine has no image ${image}.`, {
        address: engine.address,
        image,
        text: image,
      });
  const part = `${path}.part`;
  try {
    const archive = await engine.saveImages(imagesOf(project), signal);
    await pipeline(archive, counted(null, tell), createWriteStream(part), { signal });
    await rename(part, path);
    return (await stat(path)).size;
  } catch (error) {
    await rm(part, { force: true });
    throw fileError(error, 'file.unwritable', path);
  }
}

/** @throws AppError `engine.archive-damaged`, `file.unreadable` */
export async function loadImages(
  engine: DockerEngine,
  path: string,
  tell: (progress: UpProgress) => void,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const { size } = await stat(path);
    const file = createReadStream(path);
    const counting = counted(size, tell);
    // A file that cannot be read on ends the upload, and with it the call.
    file.on('error', (error) => counting.destroy(error));
    return await engine.loadImages(file.pipe(counting), () => undefined, signal);
  } catch (error) {
    throw fileError(error, 'file.unreadable', path);
  }
}

function counted(total: number | null, tell: (progress: UpProgress) => void): Transform {
  let current = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      current += chunk.length;
      tell({ ...step('images'), bytes: { current, total: total ?? current } });
      done(null, chunk);
    },
  });
}

function fileError(error: unknown, code: 'file.unwritable' | 'file.unreadable', path: string): unknown {
  const { code: system } = error as NodeJS.ErrnoException;
  if (typeof system !== 'string' || !/^E[A-Z]+$/.test(system)) return error;
  return new AppError(code, `${path}: ${system}`, { path }, error);
}
