import { join } from 'node:path';
import type { EngineSource } from '../../../../shared/contract/docker.ts';
import {
  defaultPipe,
  defaultSocket,
  engineAddressText,
  parseEngineAddress,
  type EngineAddress,
} from './engine-address.ts';
import { currentContext, dockerContexts, dockerFolder } from './docker-contexts.ts';
import type { EngineMachine } from './engine-machine.ts';

/** A place where an engine may be. */
export interface EngineCandidate {
  readonly address: EngineAddress;
  readonly source: EngineSource;
  /** Of the context. */
  readonly name: string | null;
  readonly tlsFolder: string | null;
  /** A person named it, here or to Docker: it is shown even where nothing is there. */
  readonly named: boolean;
}

/** What could not be understood of what a person told Docker or us. */
export interface UnreadableAddress {
  readonly text: string;
  readonly source: EngineSource;
  readonly name: string | null;
  readonly error: unknown;
}

type Found = EngineCandidate | UnreadableAddress;

/**
 * In the order in which Docker's own command line would choose: `DOCKER_HOST`, the current context, the default
 * socket; then all else that may be there. The same place reached by two ways is one entry, the first.
 */
export async function engineCandidates(
  machine: EngineMachine,
  given: readonly string[] = [],
): Promise<readonly Found[]> {
  const { environment } = machine;
  const found: Found[] = [];
  const host = environment['DOCKER_HOST'] ?? '';
  if (host !== '') found.push(named(host, 'environment', null, environmentTls(machine)));
  const contexts = await dockerContexts(machine);
  const current = host === '' ? await currentContext(machine) : undefined;
  const chosen = contexts.filter(({ name }) => name === current);
  for (const context of chosen) found.push(named(context.host, 'context', context.name, context.tlsFolder));
  found.push(...standardPlaces(machine).slice(0, 1));
  for (const context of contexts)
    if (!chosen.includes(context))
      found.push(named(context.host, 'context', context.name, context.tlsFolder));
  found.push(...standardPlaces(machine).slice(1), ...(await podmanMachines(machine)));
  for (const address of given) found.push(named(address, 'given', null, givenTls(machine)));
  return withoutRepeats(machine, found);
}

function named(text: string, source: EngineSource, name: string | null, tlsFolder: string | null): Found {
  try {
    const address = parseEngineAddress(text, tlsFolder !== null);
    return { address, source, name, tlsFolder: address.kind === 'tcp' ? tlsFolder : null, named: true };
  } catch (error) {
    return { text, source, name, error };
  }
}

/** As Docker has it: certificates count for `DOCKER_HOST` once `DOCKER_TLS_VERIFY` or `DOCKER_TLS` is set. */
function environmentTls(machine: EngineMachine): string | null {
  const { environment } = machine;
  const wanted = (environment['DOCKER_TLS_VERIFY'] ?? '') !== '' || (environment['DOCKER_TLS'] ?? '') !== '';
  return wanted ? (givenTls(machine) ?? dockerFolder(machine)) : null;
}

function givenTls({ environment }: EngineMachine): string | null {
  const folder = environment['DOCKER_CERT_PATH'] ?? '';
  return folder === '' ? null : folder;
}

/** The default first. */
function standardPlaces({ platform, environment, home }: EngineMachine): readonly EngineCandidate[] {
  const place = (source: EngineSource, address: EngineAddress): EngineCandidate => ({
    address,
    source,
    name: null,
    tlsFolder: null,
    named: false,
  });
  if (platform === 'win32')
    return [
      place('default', { kind: 'npipe', path: defaultPipe }),
      place('docker-desktop', { kind: 'npipe', path: '//./pipe/dockerDesktopLinuxEngine' }),
      place('podman', { kind: 'npipe', path: '//./pipe/podman-machine-default' }),
    ];
  const socket = (source: EngineSource, path: string) => place(source, { kind: 'unix', path });
  const runtime = environment['XDG_RUNTIME_DIR'] ?? '';
  return [
    socket('default', defaultSocket),
    ...(runtime === '' ? [] : [socket('rootless', join(runtime, 'docker.sock'))]),
    socket('docker-desktop', join(home, '.docker/run/docker.sock')),
    socket('docker-desktop', join(home, '.docker/desktop/docker.sock')),
    socket('podman', '/run/podman/podman.sock'),
    ...(runtime === '' ? [] : [socket('podman', join(runtime, 'podman/podman.sock'))]),
  ];
}

/** Where Podman on macOS puts the sockets of its machines (versions 4 and 5). */
async function podmanMachines(machine: EngineMachine): Promise<readonly EngineCandidate[]> {
  if (machine.platform !== 'darwin') return [];
  const places: string[] = [join(machine.home, '.local/share/containers/podman/machine/podman.sock')];
  const temporary = join(machine.environment['TMPDIR'] ?? '/tmp', 'podman');
  for (const folder of [join(machine.home, '.local/share/containers/podman/machine/qemu'), temporary])
    for (const name of [...(await machine.list(folder))].sort())
      if (name.endsWith('podman.sock') || name.endsWith('-api.sock')) places.push(join(folder, name));
  return places.map((path) => ({
    address: { kind: 'unix', path },
    source: 'podman',
    name: null,
    tlsFolder: null,
    named: false,
  }));
}

async function withoutRepeats(machine: EngineMachine, found: readonly Found[]): Promise<readonly Found[]> {
  const seen = new Set<string>();
  const kept: Found[] = [];
  for (const one of found) {
    const place = 'error' in one ? one.text : await placeOf(machine, one.address);
    if (seen.has(place)) continue;
    seen.add(place);
    kept.push(one);
  }
  return kept;
}

async function placeOf(machine: EngineMachine, address: EngineAddress): Promise<string> {
  if (address.kind === 'unix') return `unix://${await machine.realPath(address.path)}`;
  if (address.kind === 'npipe') return address.path.toLowerCase();
  // Where nobody set another one, the usual port written out is the same place.
  return engineAddressText(
    address.kind === 'ssh' && address.port === 22 ? { ...address, port: null } : address,
  );
}
