import type { DockerService } from '../../../shared/contract/docker.ts';
import type { Settings } from '../../../shared/contract/settings.ts';
import type { Phase, PortName, StackState } from '../../../shared/contract/stack.ts';
import type { GlyphKind } from '../../components/status-glyph.tsx';

export const phaseGlyph: Readonly<Record<Phase, GlyphKind>> = {
  stopped: 'idle',
  starting: 'busy',
  running: 'ok',
  stopping: 'busy',
  failed: 'bad',
};

export const serviceGlyph: Readonly<Record<DockerService['state'], GlyphKind>> = {
  absent: 'idle',
  created: 'idle',
  starting: 'busy',
  healthy: 'ok',
  unhealthy: 'bad',
  restarting: 'warn',
  exited: 'bad',
};

const settingOf = {
  mqtt: 'mqttPort',
  mqtts: 'mqttsPort',
  websocket: 'websocketPort',
  postgres: 'postgresPort',
  grafana: 'grafanaPort',
} as const satisfies Readonly<Record<PortName, keyof Settings>>;

export const portNames = ['mqtt', 'mqtts', 'websocket', 'postgres', 'grafana'] as const;

export const portOf = (settings: Settings, name: PortName): number => settings[settingOf[name]];

/** Which of the stack's ports has that number. */
export function portNameOf(settings: Settings, port: number): PortName | undefined {
  return portNames.find((name) => portOf(settings, name) === port);
}

/** Without those that the embedded stack holds now: it lets go of them before the other starts. */
export function foreignConflicts<T extends { readonly port: number }>(
  conflicts: readonly T[],
  stack: StackState | undefined,
): readonly T[] {
  if (stack === undefined || stack.kind !== 'embedded' || stack.phase !== 'running') return conflicts;
  const own = new Set([...stack.broker.listeners.map(({ port }) => port), stack.database.port]);
  return conflicts.filter(({ port }) => !own.has(port));
}

/** Who can reach a listener: `here` this machine alone, `one` the network of that address, `all` every network. */
export function exposureOf(address: string): 'here' | 'one' | 'all' {
  if (/^127\.|^::1$/.test(address)) return 'here';
  return address === '0.0.0.0' || address === '::' ? 'all' : 'one';
}

/** The machine that an engine runs on, as a browser here reaches it. */
export function engineHost(address: string | undefined): string {
  const { host } =
    /^(?:ssh|tcp|https?):\/\/(?:[^@/]*@)?(?<host>\[[^\]]+\]|[^:/]+)/.exec(address ?? '')?.groups ?? {};
  return host ?? '127.0.0.1';
}

/** Has a form that an engine's address can have. One with a password is none: it would be kept where all can read it. */
export function isEngineAddress(text: string): boolean {
  return /^(?:ssh|tcp|unix|npipe|https?):\/\/\S+$/.test(text) && !/^[a-z]+:\/\/[^/@]*:[^/@]*@/.test(text);
}

/** A path from the root of a disk, on any of the three systems. */
export function isFullPath(path: string): boolean {
  return /^(?:\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/** Bytes of all layers or, where the registry does not say how many there will be, nothing. */
export function fractionOf(
  bytes: { readonly current: number; readonly total: number } | null,
): number | undefined {
  return bytes === null || bytes.total <= 0 ? undefined : Math.min(1, bytes.current / bytes.total);
}
