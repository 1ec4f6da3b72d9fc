import type { ContainerInfo } from 'dockerode';
import type { PublishedContainer } from '../../../../shared/contract/docker.ts';
import { AppError, isAppError, type ErrorData } from '../../../../shared/domain/app-error.ts';
import { canListen, findFreePort, portHolder } from '../../../foundation/port-holder.ts';
import { pause } from '../../../foundation/watch-state.ts';
import { labels, serviceOf, type ComposeProject } from '../compose/index.ts';
import type { DockerEngine } from '../engine/docker-engine.ts';

/** Docker's program that listens where a container publishes a port. */
const forwarder = 'docker-proxy';
const settleLooks = 12;
const settlePauseMs = 250;

/** A port of the project that something else has. */
export interface PortConflict {
  readonly service: string;
  readonly port: number;
  /** A container's name, a program's, or `null` where the system does not tell. */
  readonly holder: string | null;
  /** The next free one, `null` where none is. */
  readonly free: number | null;
}

/**
 * Ports that the project needs and that are taken, found before anything starts. On another machine only its
 * containers can be asked; what else holds a port there shows at the start.
 */
export async function findPortConflicts(
  engine: DockerEngine,
  project: ComposeProject,
): Promise<readonly PortConflict[]> {
  const all = await engine.listContainers({});
  const running = all.filter(({ State }) => State === 'running');
  // One that ends again and again holds its ports from time to time; between two starts the list shows none of them.
  const restarting = new Set(
    all
      .filter(({ State, Labels }) => State === 'restarting' && Labels[labels.project] === project.name)
      .map(({ Labels }) => Labels[labels.service]),
  );
  const own = running.filter((item) => item.Labels[labels.project] === project.name);
  const published = new Map(
    running
      .filter((item) => item.Labels[labels.project] !== project.name)
      .flatMap((item) => item.Ports.map(({ PublicPort }): [number, string] => [PublicPort, nameOf(item)])),
  );
  const wanted = Object.keys(project.file.services).flatMap((service) =>
    serviceOf(project, service).ports.map((mapping) => ({ service, ...mapping })),
  );
  const conflicts: PortConflict[] = [];
  for (const { service, address, host: port } of wanted) {
    if (restarting.has(service)) continue;
    if (own.some((item) => item.Ports.some(({ PublicPort }) => PublicPort === port))) continue;
    const container = published.get(port);
    const free = container === undefined && (engine.remote || (await canListen(address, port)));
    if (free) continue;
    const except = [...published.keys(), ...wanted.map((other) => other.host)];
    conflicts.push({
      service,
      port,
      holder: container ?? (engine.remote ? null : ((await portHolder(port))?.program ?? null)),
      free: engine.remote
        ? firstNotIn(port + 1, except)
        : ((await findFreePort(address, port + 1, except)) ?? null),
    });
  }
  return conflicts;
}

/**
 * @throws AppError `docker.port-taken` for the first conflict, `engine.port-left` where the engine itself holds the
 * port for nobody
 */
export async function requireFreePorts(
  engine: DockerEngine,
  project: ComposeProject,
  signal: AbortSignal,
): Promise<void> {
  let [conflict] = await findPortConflicts(engine, project);
  // An engine that has just begun brings its containers back: their ports are taken before they count as running.
  for (let looks = 0; conflict?.holder === forwarder && looks < settleLooks; looks++) {
    await pause(settlePauseMs, signal);
    [conflict] = await findPortConflicts(engine, project);
  }
  if (conflict === undefined) return;
  const { service, port, holder, free } = conflict;
  if (holder === forwarder) throw portLeft({ address: engine.address, service, port, context: 'linux' });
  throw new AppError(
    'docker.port-taken',
    `Port ${port} of ${service} is taken${holder === null ? '' : ` by ${holder}`}.`,
    { service, port, holder, free },
  );
}

/**
 * Where the engine refuses a port that no container of it publishes: one that lost its power while a container was
 * being started takes that container's ports again at its next start and never gives them back (moby/libnetwork
 * issue 1790), whatever is removed. Only a restart of the engine frees them.
 *
 * @param error what starting the container threw
 * @returns AppError `engine.port-left`, or what it was given
 */
export async function portFailure(engine: DockerEngine, service: string, error: unknown): Promise<unknown> {
  if (!isAppError(error, 'engine.port-in-use') || error.data['reason'] !== 'allocated') return error;
  const { port } = error.data;
  const holder = (await engine.listContainers({})).find(({ Ports }) =>
    Ports.some(({ PublicPort }) => PublicPort === port),
  );
  return holder === undefined ? portLeft({ ...error.data, service }, error) : error;
}

function portLeft(data: ErrorData, cause?: unknown): AppError {
  const words = `The engine holds port ${data['port']} for a container that is no more: it has to be restarted.`;
  return new AppError('engine.port-left', words, data, cause);
}

/** Names of the containers in the published project's own file. */
const publishedNames: ReadonlySet<string> = new Set(['mqtt-broker', 'timescale_db', 'mqtt-to-pg', 'grafana']);

/** A stack of the published project on this engine: its ingestor would write beside ours. */
export async function findPublishedStack(engine: DockerEngine): Promise<readonly ContainerInfo[]> {
  const found = (await engine.listContainers({})).filter((item) => publishedNames.has(nameOf(item)));
  // Grafana alone is a common name; the broker, the database or the ingestor of that name are not.
  return found.some((item) => nameOf(item) !== 'grafana') ? found : [];
}

/** The same for the screen. */
export async function publishedContainers(engine: DockerEngine): Promise<readonly PublishedContainer[]> {
  const found = await findPublishedStack(engine);
  return found.map((item) => ({ name: nameOf(item), running: item.State === 'running' }));
}

export function nameOf({ Names, Id }: Pick<ContainerInfo, 'Names' | 'Id'>): string {
  return Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
}

function firstNotIn(from: number, except: readonly number[]): number | null {
  for (let port = from; port <= 65_535; port++) if (!except.includes(port)) return port;
  return null;
}
