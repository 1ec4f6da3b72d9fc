import { AppError } from '../../../../shared/domain/app-error.ts';
import { scopedName, serviceOf, type ComposeProject } from '../compose/index.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';

/**
 * A server of one major version does not read the data of another, and says so only in its log, again and again.
 * Its data folder names the version in `PG_VERSION` (PostgreSQL's documentation, "Database File Layout"), the image
 * its own in the variable `PG_MAJOR` (Dockerfiles of the official image and of TimescaleDB's). An image without that
 * variable is passed over.
 *
 * @param container any that has the service's volumes, running or not
 * @throws AppError `docker.volume-other-version`
 */
export async function refuseOtherVersion(
  engine: DockerEngine,
  project: ComposeProject,
  service: string,
  container: string,
): Promise<void> {
  const { image, volumes } = serviceOf(project, service);
  const wanted = variableOf((await engine.inspectImage(image))?.Config.Env, 'PG_MAJOR');
  if (wanted === undefined) return;
  for (const mount of volumes) {
    if (mount.kind !== 'volume') continue;
    const file = await engine.getFile(container, `${mount.target}/PG_VERSION`);
    const found = file?.toString('utf8').trim();
    if (found === undefined || found === wanted) continue;
    const volume = scopedName(project, mount.name);
    throw new AppError(
      'docker.volume-other-version',
      `The volume ${volume} holds data of PostgreSQL ${found}; the image ${image} brings ${wanted}.`,
      { volume, found, wanted, image },
    );
  }
}

/** The engine leaves the list out where an image has none. */
function variableOf(list: readonly string[] | null | undefined, name: string): string | undefined {
  const line = (list ?? []).find((text) => text.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}
