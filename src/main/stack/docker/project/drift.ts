import type { ContainerCreateOptions, ContainerInspectInfo, ImageInspectInfo } from 'dockerode';

/** One thing in which a container is not as defined; values as the engine writes them. */
export interface Difference {
  readonly field:
    | 'command'
    | 'image'
    | 'environment'
    | 'ports'
    | 'volumes'
    | 'memory'
    | 'cpus'
    | 'restart'
    | 'healthcheck'
    | 'network';
  readonly wanted: string;
  readonly found: string;
}

/**
 * What a container has and what its definition says, field by field, so that one which another Compose made is
 * judged by what it is and not by whose mark it bears.
 *
 * @param image the one that the definition's reference names now; unknown leaves out what comes from it
 */
export function differences(
  body: ContainerCreateOptions,
  info: ContainerInspectInfo,
  image?: Pick<ImageInspectInfo, 'Id' | 'Config'>,
): readonly Difference[] {
  const found: Difference[] = [];
  const compare = (field: Difference['field'], wanted: string, is: string): void => {
    if (wanted !== is) found.push({ field, wanted, found: is });
  };
  const { HostConfig: wantedHost = {} } = body;
  const host = info.HostConfig;
  if (image !== undefined) {
    compare('image', image.Id, info.Image);
    const command = (body.Cmd ?? image.Config.Cmd ?? []) as readonly string[];
    compare('command', JSON.stringify(command), JSON.stringify(info.Config.Cmd ?? []));
  }
  const has = new Map(info.Config.Env.map(splitVariable));
  for (const [name, value] of (body.Env ?? []).map(splitVariable)) {
    const is = has.get(name);
    if (is !== value) compare('environment', `${name}=${value}`, is === undefined ? '' : `${name}=${is}`);
  }
  compare('ports', bindings(wantedHost.PortBindings), bindings(host.PortBindings));
  compare(
    'volumes',
    sorted((wantedHost.Mounts ?? []).map(({ Source, Target }) => `${Source}:${Target}`)),
    sorted(
      info.Mounts.filter(({ Type, Name }) => Type === 'volume' && !isAnonymous(Name)).map(
        ({ Name, Destination }) => `${Name}:${Destination}`,
      ),
    ),
  );
  compare('memory', String(wantedHost.Memory ?? 0), String(host.Memory ?? 0));
  compare('cpus', String(wantedHost.NanoCpus ?? 0), String(host.NanoCpus ?? 0));
  compare('restart', restart(wantedHost.RestartPolicy?.Name), restart(host.RestartPolicy?.Name));
  if (body.Healthcheck?.Test !== undefined)
    compare(
      'healthcheck',
      JSON.stringify(body.Healthcheck.Test),
      JSON.stringify(info.Config.Healthcheck?.Test ?? []),
    );
  const network = wantedHost.NetworkMode;
  if (network !== undefined && !(network in info.NetworkSettings.Networks))
    compare('network', network, Object.keys(info.NetworkSettings.Networks).join(','));
  return found;
}

/** Images ask for volumes of their own; one without a name is the container's and goes with it. */
function isAnonymous(name: string | undefined): boolean {
  return name === undefined || /^[0-9a-f]{64}$/.test(name);
}

function splitVariable(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function bindings(ports: unknown): string {
  const entries = Object.entries(
    (ports ?? {}) as Record<string, { HostIp?: string; HostPort?: string }[] | null>,
  );
  return sorted(
    entries.flatMap(([port, list]) =>
      (list ?? []).map(
        ({ HostIp = '', HostPort = '' }) => `${HostIp === '' ? '0.0.0.0' : HostIp}:${HostPort}->${port}`,
      ),
    ),
  );
}

function restart(name: string | undefined): string {
  return name === undefined || name === '' ? 'no' : name;
}

function sorted(list: readonly string[]): string {
  return [...list].sort().join(' ');
}
