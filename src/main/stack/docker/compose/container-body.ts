import { createHash } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { ComposeFile, ComposeService } from './compose-schema.ts';

/** A Compose file under the name by which its containers, networks and volumes are known. */
export interface ComposeProject {
  readonly name: string;
  readonly file: ComposeFile;
  /** Shown by other tools beside the project; the folder need not exist on the engine's machine. */
  readonly folder: string;
  readonly version: string;
}

export const labels = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  /** Ours: what the files that were laid into the container said. */
  files: 'app.datayoti.files',
  /** Ours, of an image: what it was built from. */
  context: 'app.datayoti.context',
} as const;

/** Folder where Compose mounts secrets. */
export const secretsFolder = '/run/secrets';

/** `datayoti-mosquitto-1`, as Compose 2 names it. */
export function containerName(project: Pick<ComposeProject, 'name'>, service: string): string {
  return `${project.name}-${service}-1`;
}

/** `datayoti_postgres-data`, as every Compose names networks and volumes. */
export function scopedName(project: Pick<ComposeProject, 'name'>, key: string): string {
  return `${project.name}_${key}`;
}

/** The body of `POST /containers/create` for a service. @throws AppError `compose.invalid` for an unknown service */
export function containerBody(project: ComposeProject, name: string): ContainerCreateOptions {
  const service = serviceOf(project, name);
  const body: ContainerCreateOptions = {
    name: containerName(project, name),
    Image: service.image,
    ...(service.command === undefined ? {} : { Cmd: [...service.command] }),
    Env: Object.entries(service.environment).map(([key, value]) => `${key}=${value}`),
    ExposedPorts: Object.fromEntries(service.ports.map(({ container }) => [`${container}/tcp`, {}])),
    ...(service.stop_grace_period === undefined ? {} : { StopTimeout: Math.ceil(service.stop_grace_period) }),
    ...(service.healthcheck === undefined ? {} : { Healthcheck: healthcheck(service.healthcheck) }),
    HostConfig: hostConfig(project, service),
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(
        service.networks.slice(0, 1).map((network) => [scopedName(project, network), { Aliases: [name] }]),
      ),
    },
  };
  return { ...body, Labels: containerLabels(project, name, service, body) };
}

function hostConfig(project: ComposeProject, service: ComposeService): ContainerCreateOptions['HostConfig'] {
  const [network] = service.networks;
  return {
    RestartPolicy: { Name: service.restart === 'no' ? '' : service.restart },
    PortBindings: Object.fromEntries(
      service.ports.map(({ address, host, container }) => [
        `${container}/tcp`,
        [{ HostIp: address, HostPort: String(host) }],
      ]),
    ),
    Mounts: service.volumes.flatMap((mount) =>
      mount.kind === 'volume'
        ? [{ Type: 'volume' as const, Source: scopedName(project, mount.name), Target: mount.target }]
        : [],
    ),
    ...(network === undefined ? {} : { NetworkMode: scopedName(project, network) }),
    ...(service.mem_limit === undefined ? {} : { Memory: service.mem_limit }),
    ...(service.cpus === undefined ? {} : { NanoCpus: Math.round(service.cpus * 1e9) }),
    ...(service.security_opt.length === 0 ? {} : { SecurityOpt: [...service.security_opt] }),
    ...(service.logging === undefined
      ? {}
      : { LogConfig: { Type: service.logging.driver, Config: { ...service.logging.options } } }),
  };
}

/** The API counts in nanoseconds. */
function healthcheck(
  check: NonNullable<ComposeService['healthcheck']>,
): ContainerCreateOptions['Healthcheck'] {
  const nanoseconds = (seconds: number): number => Math.round(seconds * 1e9);
  return {
    Test: [...check.test],
    Interval: nanoseconds(check.interval),
    Timeout: nanoseconds(check.timeout),
    Retries: check.retries,
    ...(check.start_period === undefined ? {} : { StartPeriod: nanoseconds(check.start_period) }),
  };
}

function containerLabels(
  project: ComposeProject,
  name: string,
  service: ComposeService,
  body: ContainerCreateOptions,
): Record<string, string> {
  const needed = Object.entries(service.depends_on).map(
    ([needs, { condition }]) => `${needs}:${condition}:false`,
  );
  return {
    [labels.project]: project.name,
    [labels.service]: name,
    [labels.number]: '1',
    [labels.oneOff]: 'False',
    [labels.configHash]: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
    'com.docker.compose.depends_on': needed.join(','),
    'com.docker.compose.project.working_dir': project.folder,
    'com.docker.compose.project.config_files': `${project.folder}/compose.yaml`,
    'com.docker.compose.version': project.version,
  };
}

export function networkBody(
  project: ComposeProject,
  key: string,
): { Name: string } & Record<string, unknown> {
  return {
    Name: scopedName(project, key),
    Driver: project.file.networks[key]?.driver ?? 'bridge',
    CheckDuplicate: true,
    Labels: {
      [labels.project]: project.name,
      [labels.network]: key,
      'com.docker.compose.version': project.version,
    },
  };
}

export function volumeBody(project: ComposeProject, key: string): { Name: string } & Record<string, unknown> {
  return {
    Name: scopedName(project, key),
    Labels: {
      [labels.project]: project.name,
      [labels.volume]: key,
      'com.docker.compose.version': project.version,
    },
  };
}

export function serviceOf(project: ComposeProject, name: string): ComposeService {
  const service = project.file.services[name];
  if (service !== undefined) return service;
  throw new AppError('compose.invalid', `compose.yaml has no service ${name}.`, {
    where: `services.${name}`,
    text: 'is not there',
    line: null,
  });
}
