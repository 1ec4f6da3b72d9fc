import type { ContainerInfo, ContainerInspectInfo, ContainerStats } from 'dockerode';
import type { DockerService, ServiceDrift } from '../../../shared/contract/docker.ts';
import type { Clock } from '../../foundation/clock.ts';
import { pause } from '../../foundation/watch-state.ts';
import { containerBody, containerName, labels, startOrder, type ComposeProject } from './compose/index.ts';
import type { DockerEngine } from './engine/docker-engine.ts';
import { differences } from './project/index.ts';

const intervalMs = 2_000;
/** Volumes are measured seldom: the engine walks through all their files. */
const volumesEveryMs = 60_000;

export interface WatchedServices {
  readonly services: readonly DockerService[];
  readonly drift: readonly ServiceDrift[];
}

/** Looks at the services of a project every two seconds, until the signal; what the engine does not tell is `null`. */
export class ServiceWatch {
  readonly #engine: DockerEngine;
  readonly #project: ComposeProject;
  readonly #clock: Clock;
  readonly #before = new Map<string, ContainerStats>();
  #volumes: ReadonlyMap<string, number> = new Map();
  #volumesMs = 0;

  constructor(engine: DockerEngine, project: ComposeProject, clock: Clock) {
    this.#engine = engine;
    this.#project = project;
    this.#clock = clock;
  }

  async run(
    tell: (services: WatchedServices) => void,
    failed: (error: unknown) => void,
    signal: AbortSignal,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const services = await this.look(signal);
        if (!signal.aborted) tell(services);
      } catch (error) {
        if (!signal.aborted) failed(error);
      }
      await pause(intervalMs, signal);
    }
  }

  async look(signal: AbortSignal): Promise<WatchedServices> {
    const found = await this.#engine.listContainers({ [labels.project]: this.#project.name });
    this.#measureVolumes(signal);
    const looked = await Promise.all(
      startOrder(this.#project.file).map((name) =>
        this.#service(
          name,
          found.find((item) => item.Labels[labels.service] === name),
          signal,
        ),
      ),
    );
    return { services: looked.map(({ service }) => service), drift: looked.flatMap(({ drift }) => drift) };
  }

  /** Beside the rest: on a slow disk it takes longer than one look. */
  #measureVolumes(signal: AbortSignal): void {
    const now = this.#clock.now();
    if (now - this.#volumesMs < volumesEveryMs) return;
    this.#volumesMs = now;
    this.#engine.volumeSizes(signal).then(
      (sizes) => {
        this.#volumes = sizes;
      },
      // Podman and old engines do not tell; the size stays unknown.
      () => undefined,
    );
  }

  async #service(
    name: string,
    item: ContainerInfo | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly service: DockerService; readonly drift: readonly ServiceDrift[] }> {
    const info = item === undefined ? undefined : await this.#engine.inspectContainer(item.Id);
    const image = this.#project.file.services[name]?.image ?? '';
    if (info === undefined) return { service: absent(name, image), drift: [] };
    const usage = info.State.Running ? await this.#usage(info.Id, signal) : null;
    const wantedImage = await this.#engine.inspectImage(image);
    const drift = differences(containerBody(this.#project, name), info, wantedImage).map((difference) => ({
      service: name,
      ...difference,
    }));
    return { service: { ...this.#facts(name, info), ...usage }, drift };
  }

  #facts(name: string, info: ContainerInspectInfo): DockerService {
    const volumes = info.Mounts.flatMap(({ Type, Name }) =>
      Type === 'volume' && Name !== undefined ? [Name] : [],
    );
    const sizes = volumes.flatMap((volume) => this.#volumes.get(volume) ?? []);
    const { State } = info;
    return {
      ...absent(name, info.Config.Image),
      container: info.Name.replace(/^\//, '') || containerName(this.#project, name),
      state: stateOf(info),
      startedMs: State.Running ? Date.parse(State.StartedAt) : null,
      restarts: info.RestartCount,
      exitCode: State.Running ? null : State.ExitCode,
      healthText: State.Health?.Log.at(-1)?.Output.trim().slice(0, 300) ?? null,
      ports: publishedPorts(info),
      volumeBytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    };
  }

  async #usage(id: string, signal: AbortSignal): Promise<Partial<DockerService> | null> {
    const stats = await this.#engine.containerStats(id, signal).catch(() => undefined);
    if (stats === undefined) return null;
    const before = this.#before.get(id);
    this.#before.set(id, stats);
    const networks = Object.values(
      (stats.networks as Record<string, { rx_bytes: number; tx_bytes: number }> | undefined) ?? {},
    );
    return {
      cpuPercent: before === undefined ? null : cpuPercent(before, stats),
      memoryBytes: memoryOf(stats),
      memoryLimitBytes: stats.memory_stats.limit,
      networkReceivedBytes: networks.reduce((sum, network) => sum + network.rx_bytes, 0),
      networkSentBytes: networks.reduce((sum, network) => sum + network.tx_bytes, 0),
    };
  }
}

/** Of one core: 100 is one core wholly busy. Both counters are nanoseconds since the container started. */
export function cpuPercent(before: ContainerStats, now: ContainerStats): number | null {
  const busy = now.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
  const elapsedMs = Date.parse(now.read) - Date.parse(before.read);
  return elapsedMs <= 0 || busy < 0 ? null : (busy / 1e6 / elapsedMs) * 100;
}

/** As `docker stats` counts: without the file cache that the kernel takes back when it needs to. */
export function memoryOf({ memory_stats: memory }: ContainerStats): number {
  const details = memory.stats as unknown as Record<string, number> | undefined;
  const cache = details?.['total_inactive_file'] ?? details?.['inactive_file'] ?? 0;
  return cache < memory.usage ? memory.usage - cache : memory.usage;
}

function stateOf({ State }: ContainerInspectInfo): DockerService['state'] {
  if (State.Restarting) return 'restarting';
  if (!State.Running) return State.Status === 'created' ? 'created' : 'exited';
  const health = State.Health?.Status;
  if (health === 'unhealthy') return 'unhealthy';
  return health === 'starting' ? 'starting' : 'healthy';
}

function publishedPorts(info: ContainerInspectInfo): DockerService['ports'] {
  const bindings = info.HostConfig.PortBindings as Record<
    string,
    { HostIp?: string; HostPort?: string }[] | null
  > | null;
  return Object.entries(bindings ?? {}).flatMap(([key, list]) =>
    (list ?? []).map(({ HostIp = '', HostPort = '' }) => ({
      address: HostIp === '' ? '0.0.0.0' : HostIp,
      port: Number(HostPort),
      container: Number.parseInt(key, 10),
    })),
  );
}

function absent(name: string, image: string): DockerService {
  return {
    name,
    container: null,
    image,
    state: 'absent',
    startedMs: null,
    restarts: 0,
    exitCode: null,
    healthText: null,
    ports: [],
    cpuPercent: null,
    memoryBytes: null,
    memoryLimitBytes: null,
    networkReceivedBytes: null,
    networkSentBytes: null,
    volumeBytes: null,
  };
}
