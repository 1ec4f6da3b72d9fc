import type { DockerEngine, PublishedPort } from './engine/docker-engine.ts';
import { findPublishedStack, nameOf } from './project/index.ts';

/** The two containers of the published project that are connected to, and the port in each. */
const parts = {
  database: { container: 'timescale_db', port: '5432/tcp' },
  broker: { container: 'mqtt-broker', port: '1883/tcp' },
} as const;
export const publishedParts = ['database', 'broker'] as const;
export type PublishedPart = (typeof publishedParts)[number];

/** One of them as it is at this moment. */
export interface FoundPart {
  readonly container: string;
  readonly state: 'running' | 'stopped' | 'absent';
  /** As the container publishes it; `undefined` while it is stopped, or where it publishes none. */
  readonly published: PublishedPort | undefined;
}
export type PublishedLook = Readonly<Record<PublishedPart, FoundPart>>;

/** @throws AppError `engine.*` */
export async function lookAtPublished(engine: DockerEngine): Promise<PublishedLook> {
  const ids = new Map((await findPublishedStack(engine)).map((item) => [nameOf(item), item.Id]));
  const look = async (part: PublishedPart): Promise<FoundPart> => {
    const { container, port } = parts[part];
    const id = ids.get(container);
    const info = id === undefined ? undefined : await engine.inspectContainer(id);
    if (id === undefined || info === undefined) return { container, state: 'absent', published: undefined };
    return {
      container,
      state: info.State.Running ? 'running' : 'stopped',
      published: await publishedPort(engine, id, port),
    };
  };
  const [database, broker] = await Promise.all([look('database'), look('broker')]);
  return { database, broker };
}

/** Where a container publishes a port of its own. @param port such as `5432/tcp` */
export async function publishedPort(
  engine: DockerEngine,
  id: string,
  port: string,
): Promise<PublishedPort | undefined> {
  const info = await engine.inspectContainer(id);
  const ports = (info?.NetworkSettings.Ports ?? {}) as Record<
    string,
    readonly { readonly HostIp: string; readonly HostPort: string }[] | null
  >;
  const [binding] = ports[port] ?? [];
  if (binding === undefined) return undefined;
  return { address: binding.HostIp === '' ? '0.0.0.0' : binding.HostIp, port: Number(binding.HostPort) };
}
