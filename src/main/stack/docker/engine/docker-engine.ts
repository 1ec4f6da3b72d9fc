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

export interface PublishedPort {
  readonly address: string;
  readonly port: number;
}

export interface ReachedPort {
  readonly host: string;
  readonly port: number;
}

/** What an engine says of itself. */
export interface EngineDescription {
  /** `Docker Engine`, `Docker Desktop`, `Podman`. */
  readonly product: string;
  readonly version: string;
  readonly apiVersion: string;
  /** `Debian GNU/Linux 12 (bookworm)`. */
  readonly operatingSystem: string;
  /** `x86_64`, `aarch64`. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly rootless: boolean;
  /** Of the file system of the engine's data; `null` where the engine is on another machine or does not tell. */
  readonly freeDiskBytes: number | null;
}

/** One report on the way of an image: layers by their short id. */
export interface ImageProgress {
  readonly layer: string | null;
  readonly status: string;
  readonly currentBytes: number | null;
  readonly totalBytes: number | null;
}

/** A file to lay into a container, before its first start. */
export interface ContainerFile {
  /** Absolute path inside the container. */
  readonly path: string;
  readonly content: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The calls of the Docker Engine API (1.40 and later) that the stack uses; bodies and answers as the API documents
 * them. Every failure is an `AppError` with an `engine.*` code: `engine.not-running`, `engine.access-denied`,
 * `engine.too-old`, `engine.unreachable` (went away, or no answer), `engine.host-key-changed`, `engine.disk-full`,
 * `engine.image-missing` (no such image, or its registry cannot be reached), `engine.port-in-use`,
 * `engine.refused` (any other answer, with the engine's own words in `data.text`).
 */
export interface DockerEngine {
  /** As the person knows it: `unix:///var/run/docker.sock`, `ssh://pi@raspberrypi.local`; never holds a password. */
  readonly address: string;
  /** True for an engine on another machine: published ports are there, not here. */
  readonly remote: boolean;
  /** The engine's machine: where its published ports are reached from other machines. */
  readonly host: string;
  /**
   * Where a published port is reached from this program, until the engine is closed: through ssh where that is the
   * way to the engine.
   *
   * @param published as the container's port is published: `0.0.0.0` for every address of the engine's machine
   * @throws AppError `engine.port-out-of-reach` for a port that only programs of the engine's machine can use
   */
  reach(published: PublishedPort): Promise<ReachedPort>;

  describe(signal: AbortSignal): Promise<EngineDescription>;

  /** `undefined` where the engine has no such image. */
  inspectImage(reference: string): Promise<ImageInspectInfo | undefined>;
  pullImage(reference: string, tell: (progress: ImageProgress) => void, signal: AbortSignal): Promise<void>;
  /** A `docker save` archive. */
  saveImages(references: readonly string[], signal: AbortSignal): Promise<Readable>;
  /** Takes a `docker save` archive; the references that it brought. @throws `engine.archive-damaged` */
  loadImages(
    archive: Readable,
    tell: (progress: ImageProgress) => void,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  /** Builds from files (the `Dockerfile` among them) and names the result. */
  buildImage(
    files: readonly { readonly path: string; readonly content: Uint8Array; readonly mode?: number }[],
    options: {
      readonly reference: string;
      readonly buildArgs?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    },
    tell: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** So that an update can be taken back: gives an image another name. */
  tagImage(reference: string, as: string): Promise<void>;
  removeImage(reference: string): Promise<void>;

  listNetworks(labels: Readonly<Record<string, string>>): Promise<readonly NetworkInspectInfo[]>;
  createNetwork(options: NetworkCreateOptions): Promise<void>;
  removeNetwork(name: string): Promise<void>;
  /** By exact name, whatever its labels. */
  inspectNetwork(name: string): Promise<NetworkInspectInfo | undefined>;

  listVolumes(labels: Readonly<Record<string, string>>): Promise<readonly VolumeInspectInfo[]>;
  inspectVolume(name: string): Promise<VolumeInspectInfo | undefined>;
  createVolume(options: VolumeCreateOptions): Promise<void>;
  removeVolume(name: string): Promise<void>;
  /** Bytes by volume name (`/system/df`); slow on large engines. */
  volumeSizes(signal: AbortSignal): Promise<ReadonlyMap<string, number>>;

  /** Stopped ones too. `{}` lists all. */
  listContainers(labels: Readonly<Record<string, string>>): Promise<readonly ContainerInfo[]>;
  /** By name or id; `undefined` where there is none. */
  inspectContainer(name: string): Promise<ContainerInspectInfo | undefined>;
  /** @returns its id */
  createContainer(options: ContainerCreateOptions): Promise<string>;
  /** Missing folders on the way are made. */
  putFiles(container: string, files: readonly ContainerFile[]): Promise<void>;
  /** The content of one file, or `undefined` where there is none. */
  getFile(container: string, path: string): Promise<Buffer | undefined>;
  startContainer(name: string): Promise<void>;
  /** Asks, and ends it by force after `graceSeconds`. One that does not run is left as it is. */
  stopContainer(name: string, graceSeconds: number): Promise<void>;
  killContainer(name: string, signal: string): Promise<void>;
  /** One that is gone already is no error. Never takes named volumes with it. */
  removeContainer(name: string): Promise<void>;
  renameContainer(name: string, to: string): Promise<void>;
  /** One measurement, as the engine gives it for two moments a second apart or less. */
  containerStats(name: string, signal: AbortSignal): Promise<ContainerStats>;
  /** Lines as they come, oldest of the `tail` first; ends with the signal or, without `follow`, with the log. */
  containerLogs(
    name: string,
    options: { readonly tail: number; readonly follow: boolean; readonly sinceMs?: number },
    signal: AbortSignal,
  ): AsyncIterable<ContainerLogLine>;
  /** Runs a program in a running container; output is limited to 1 MiB. */
  exec(
    container: string,
    command: readonly string[],
    options: { readonly user?: string; readonly input?: string },
    signal: AbortSignal,
  ): Promise<{ readonly exitCode: number; readonly output: string }>;

  close(): Promise<void>;
}

export interface ContainerLogLine {
  readonly timeMs: number;
  readonly stream: 'out' | 'error';
  readonly text: string;
}
