import { AppError } from '../../../../shared/domain/app-error.ts';
import { pause } from '../../../foundation/watch-state.ts';
import { labels, scopedName, serviceOf, type ComposeProject } from '../compose/index.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';

/** A data folder that `initdb` never finished. */
export interface CutOffVolume {
  readonly volume: string;
  /** Only what `initdb` itself makes is in it: nothing that a person or a program ever stored. */
  readonly withoutData: boolean;
}

/** Files first that are not empty, then everything; the last line tells that the list is whole. */
const listScript =
  'cd "$0" && find . -mindepth 1 -type f -size +0 && echo --- && find . -mindepth 1 && echo --- end';
const emptyScript = 'find "$0" -mindepth 1 -delete && echo --- end';
const endLine = '--- end';
const mostLines = 500_000;
const workMs = 120_000;
const pollMs = 100;

/**
 * What `initdb` makes at the top (PostgreSQL's documentation, "Database File Layout"), with what a server adds at its
 * start and what a file system has of its own.
 */
const ownNames: ReadonlySet<string> = new Set(
  `PG_VERSION base global pg_commit_ts pg_dynshmem pg_hba.conf pg_ident.conf pg_logical pg_multixact pg_notify
   pg_replslot pg_serial pg_snapshots pg_stat pg_stat_tmp pg_subtrans pg_tblspc pg_twophase pg_wal pg_xact
   postgresql.conf postgresql.auto.conf postmaster.opts postmaster.pid lost+found`.split(/\s+/u),
);
/** `FirstNormalObjectId` (access/transam.h): databases and tables that anybody made begin with this number. */
const firstOwnNumber = 16_384;
/** template1, template0 and postgres (pg_database.dat, since version 15): the last things that `initdb` makes. */
const initialDatabases = [1, 4, 5];

/**
 * Is the data folder one that a first start left half-made, when the power went or the container was ended?
 *
 * `undefined` where it is not, where it is empty, or where the engine could not tell: then it is left alone.
 */
export async function cutOffVolume(
  engine: DockerEngine,
  project: ComposeProject,
  service: string,
  signal: AbortSignal,
): Promise<CutOffVolume | undefined> {
  const mount = serviceOf(project, service).volumes.find(({ kind }) => kind === 'volume');
  if (mount?.kind !== 'volume') return undefined;
  const volume = scopedName(project, mount.name);
  if ((await engine.inspectVolume(volume)) === undefined) return undefined;
  const lines = await inVolume(engine, project, service, volume, listScript, 'ro', signal);
  const middle = lines.indexOf('---');
  if (middle < 0 || lines.at(-1) !== endLine) return undefined;
  const found = judgeDataFolder(lines.slice(middle + 1, -1), lines.slice(0, middle));
  return found === undefined ? undefined : { volume, ...found };
}

/**
 * @param all every path below the data folder, as `./base/1`
 * @param notEmpty those of files with something in them: after a power cut there may be names without content
 */
export function judgeDataFolder(
  all: readonly string[],
  notEmpty: readonly string[],
): Omit<CutOffVolume, 'volume'> | undefined {
  const names = new Set(all.map((path) => path.split('/')[1] ?? ''));
  // Of another kind, or of a server that has its folder further down.
  if (!['PG_VERSION', 'base', 'global', 'pg_wal'].some((name) => names.has(name))) return undefined;
  const written = new Set(notEmpty);
  const needed = [
    './PG_VERSION',
    './global/pg_control',
    ...initialDatabases.map((number) => `./base/${number}/PG_VERSION`),
  ];
  if (needed.every((path) => written.has(path))) return undefined;
  return { withoutData: [...names].every((name) => ownNames.has(name)) && !all.some(isOfSomebody) };
}

/** A database or table with a number of its own, a table space, or more of a log than `initdb` fills. */
function isOfSomebody(path: string): boolean {
  const [, place, first = '', second = ''] = path.split('/');
  if (place === 'base') return numberOf(first) >= firstOwnNumber || numberOf(second) >= firstOwnNumber;
  if (place === 'pg_tblspc') return first !== '';
  if (place === 'pg_wal')
    return /^[0-9A-F]{24}$/u.test(first) && !/^0000000100000000000000(?:01|02)$/u.test(first);
  return false;
}

/** `16385`, `16385_fsm`, `16385.1`, and `t3_16385` of a temporary table. */
const numberOf = (name: string): number => Number(/^(?:t\d+_)?(\d+)/u.exec(name)?.[1] ?? 0);

/**
 * Empties the volume of a first start that was cut off, so that the next one begins anew. Looked at once more, with
 * nothing running on it: whatever holds data stays as it is.
 *
 * @param container the one that has the volume; stopped first
 * @throws AppError `docker.database-cut-off` where it is not provably without data
 */
export async function emptyCutOffVolume(
  engine: DockerEngine,
  project: ComposeProject,
  service: string,
  container: string,
  signal: AbortSignal,
): Promise<void> {
  await engine.stopContainer(container, 5);
  const found = await cutOffVolume(engine, project, service, signal);
  if (found === undefined) return;
  if (!found.withoutData) throw cutOffError(found);
  const lines = await inVolume(engine, project, service, found.volume, emptyScript, 'rw', signal);
  if (lines.at(-1) !== endLine) throw cutOffError(found, lines.slice(-5).join('\n'));
}

export function cutOffError({ volume, withoutData }: CutOffVolume, cause?: unknown): AppError {
  const words = withoutData
    ? `The first start of the database was cut off; nothing was ever stored in the volume ${volume}.`
    : `The data folder in the volume ${volume} is incomplete, and there is data in it.`;
  const context = withoutData ? 'empty' : 'data';
  return new AppError('docker.database-cut-off', words, { volume, context }, cause);
}

/** The output of a script in a container of its own, which has nothing but the volume. */
async function inVolume(
  engine: DockerEngine,
  project: ComposeProject,
  service: string,
  volume: string,
  script: string,
  access: 'ro' | 'rw',
  signal: AbortSignal,
): Promise<readonly string[]> {
  const id = await engine.createContainer({
    Image: serviceOf(project, service).image,
    User: '0:0',
    Entrypoint: ['sh', '-c', script, '/volume'],
    Cmd: [],
    Labels: { [labels.project]: project.name, [labels.oneOff]: 'True' },
    HostConfig: { Binds: [`${volume}:/volume:${access}`], NetworkMode: 'none' },
  });
  try {
    await engine.startContainer(id);
    const until = AbortSignal.any([signal, AbortSignal.timeout(workMs)]);
    while ((await engine.inspectContainer(id))?.State.Running === true) await pause(pollMs, until);
    const lines: string[] = [];
    for await (const { text } of engine.containerLogs(id, { tail: mostLines, follow: false }, signal))
      lines.push(text);
    return lines;
  } finally {
    await engine.stopContainer(id, 0);
    await engine.removeContainer(id);
  }
}
