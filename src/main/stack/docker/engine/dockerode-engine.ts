import type { Readable } from 'node:stream';
import type {
  ContainerCreateOptions,
  ContainerInfo,
  ContainerInspectInfo,
  ContainerStats,
  ImageInspectInfo,
  NetworkCreateOptions,
  NetworkInspectInfo,
  VolumeCreateOptions,
  VolumeInspectInfo,
} from 'dockerode';
import { execIn } from './container-exec.ts';
import { fileFrom, putFilesInto } from './container-files.ts';
import { logLines } from './container-logs.ts';
import type {
  ContainerFile,
  ContainerLogLine,
  DockerEngine,
  EngineDescription,
  ImageProgress,
  PublishedPort,
  ReachedPort,
} from './docker-engine.ts';
import type { EngineConnection } from './engine-connection.ts';
import { describeEngine } from './engine-description.ts';
import { EngineImages } from './engine-images.ts';
import { answerMs, EngineRequests, isMissing, namePath } from './engine-requests.ts';

type Labels = Readonly<Record<string, string>>;

/** Adding up the volumes of a full SD card takes its time. */
const volumeSizesMs = 5 * 60_000;
/** A health check and a slow disk may delay a start; the engine answers once the program runs. */
const startMs = 2 * 60_000;

/** An engine over the Docker Engine API; see `DockerEngine` for what each call does. */
export class DockerodeEngine implements DockerEngine {
  readonly address: string;
  readonly remote: boolean;
  readonly host: string;
  readonly #connection: EngineConnection;
  readonly #requests: EngineRequests;
  readonly #images: EngineImages;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
    this.#requests = new EngineRequests(connection);
    this.#images = new EngineImages(this.#requests);
    this.address = connection.situation.address;
    this.remote = connection.remote;
    this.host = connection.host;
  }

  reach(published: PublishedPort): Promise<ReachedPort> {
    return this.#connection.reach(published);
  }

  describe(signal: AbortSignal): Promise<EngineDescription> {
    return describeEngine(this.#requests, this.#connection, signal);
  }

  inspectImage(reference: string): Promise<ImageInspectInfo | undefined> {
    return this.#images.inspect(reference);
  }

  pullImage(reference: string, tell: (progress: ImageProgress) => void, signal: AbortSignal): Promise<void> {
    return this.#images.pull(reference, tell, signal);
  }

  saveImages(references: readonly string[], signal: AbortSignal): Promise<Readable> {
    return this.#images.save(references, signal);
  }

  loadImages(
    archive: Readable,
    tell: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    return this.#images.load(archive, tell, signal);
  }

  buildImage(
    files: Parameters<DockerEngine['buildImage']>[0],
    options: Parameters<DockerEngine['buildImage']>[1],
    tell: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#images.build(files, options, tell, signal);
  }

  tagImage(reference: string, as: string): Promise<void> {
    return this.#images.tag(reference, as);
  }

  removeImage(reference: string): Promise<void> {
    return this.#images.remove(reference);
  }

  async listNetworks(labels: Labels): Promise<readonly NetworkInspectInfo[]> {
    const query = filters({ label: labelFilter(labels) });
    return (
      (await this.#requests.json<NetworkInspectInfo[] | null>({ method: 'GET', path: '/networks', query })) ??
      []
    );
  }

  async createNetwork(options: NetworkCreateOptions): Promise<void> {
    await this.#requests.json({ method: 'POST', path: '/networks/create', body: options });
  }

  removeNetwork(name: string): Promise<void> {
    return this.#remove(`/networks/${namePath(name)}`);
  }

  async inspectNetwork(name: string): Promise<NetworkInspectInfo | undefined> {
    // By path the engine would also take the beginning of an id for a name.
    const query = filters({ name: [`^${name.replace(/[.+*?^$()[\]{}|\\]/gu, String.raw`\$&`)}$`] });
    const found = await this.#requests.json<NetworkInspectInfo[] | null>({
      method: 'GET',
      path: '/networks',
      query,
    });
    const id = (found ?? []).find((network) => network.Name === name)?.Id;
    return id === undefined ? undefined : this.#requests.found({ method: 'GET', path: `/networks/${id}` });
  }

  async listVolumes(labels: Labels): Promise<readonly VolumeInspectInfo[]> {
    const query = filters({ label: labelFilter(labels) });
    const found = await this.#requests.json<{ Volumes?: VolumeInspectInfo[] | null }>({
      method: 'GET',
      path: '/volumes',
      query,
    });
    return found.Volumes ?? [];
  }

  inspectVolume(name: string): Promise<VolumeInspectInfo | undefined> {
    return this.#requests.found({ method: 'GET', path: `/volumes/${namePath(name)}` });
  }

  async createVolume(options: VolumeCreateOptions): Promise<void> {
    await this.#requests.json({ method: 'POST', path: '/volumes/create', body: options });
  }

  removeVolume(name: string): Promise<void> {
    return this.#remove(`/volumes/${namePath(name)}`);
  }

  async volumeSizes(signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const { Volumes } = await this.#requests.json<{ Volumes?: readonly VolumeInspectInfo[] | null }>({
      method: 'GET',
      path: '/system/df',
      timeoutMs: volumeSizesMs,
      signal,
    });
    return new Map(
      (Volumes ?? []).flatMap(({ Name, UsageData }) => {
        // -1 where the engine does not know.
        const bytes = UsageData?.Size ?? -1;
        return bytes < 0 ? [] : [[Name, bytes] as const];
      }),
    );
  }

  async listContainers(labels: Labels): Promise<readonly ContainerInfo[]> {
    const query = { all: true, ...filters({ label: labelFilter(labels) }) };
    return (
      (await this.#requests.json<ContainerInfo[] | null>({
        method: 'GET',
        path: '/containers/json',
        query,
      })) ?? []
    );
  }

  inspectContainer(name: string): Promise<ContainerInspectInfo | undefined> {
    return this.#requests.found({ method: 'GET', path: `/containers/${namePath(name)}/json` });
  }

  async createContainer({ name, platform, ...body }: ContainerCreateOptions): Promise<string> {
    const query = { name, platform };
    const { Id } = await this.#requests.json<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query,
      body,
    });
    return Id;
  }

  putFiles(container: string, files: readonly ContainerFile[]): Promise<void> {
    return putFilesInto(this.#requests, container, files);
  }

  getFile(container: string, path: string): Promise<Buffer | undefined> {
    return fileFrom(this.#requests, container, path);
  }

  async startContainer(name: string): Promise<void> {
    await this.#post(name, 'start', {}, startMs);
  }

  async stopContainer(name: string, graceSeconds: number): Promise<void> {
    await this.#post(name, 'stop', { t: graceSeconds }, graceSeconds * 1000 + answerMs);
  }

  async killContainer(name: string, signal: string): Promise<void> {
    await this.#post(name, 'kill', { signal });
  }

  async removeContainer(name: string): Promise<void> {
    // `v` is for volumes without a name, which nothing would ever find again.
    await this.#remove(`/containers/${namePath(name)}`, { force: true, v: true });
  }

  async renameContainer(name: string, to: string): Promise<void> {
    await this.#post(name, 'rename', { name: to });
  }

  containerStats(name: string, signal: AbortSignal): Promise<ContainerStats> {
    const path = `/containers/${namePath(name)}/stats`;
    return this.#requests.json({ method: 'GET', path, query: { stream: false }, signal });
  }

  containerLogs(
    name: string,
    options: Parameters<DockerEngine['containerLogs']>[1],
    signal: AbortSignal,
  ): AsyncIterable<ContainerLogLine> {
    return logLines(this.#requests, name, options, signal);
  }

  exec(
    container: string,
    command: readonly string[],
    options: { readonly user?: string; readonly input?: string },
    signal: AbortSignal,
  ): Promise<{ readonly exitCode: number; readonly output: string }> {
    return execIn(this.#requests, container, command, options, signal);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #post(
    container: string,
    action: string,
    query: Readonly<Record<string, string | number>>,
    timeoutMs = answerMs,
  ): Promise<void> {
    await this.#requests.json({
      method: 'POST',
      path: `/containers/${namePath(container)}/${action}`,
      query,
      timeoutMs,
    });
  }

  /** What is gone already is no error. */
  async #remove(path: string, query: Readonly<Record<string, boolean>> = {}): Promise<void> {
    try {
      await this.#requests.json({ method: 'DELETE', path, query });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
}

function labelFilter(labels: Labels): readonly string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

/** Empty lists are left out: some engines take one for "none". */
function filters(wanted: Readonly<Record<string, readonly string[]>>): { readonly filters: string } {
  const given = Object.entries(wanted).filter(([, values]) => values.length > 0);
  return { filters: JSON.stringify(Object.fromEntries(given)) };
}
