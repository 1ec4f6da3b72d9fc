import type { Profile, ProfileInput } from '../../../shared/contract/traffic-parts.ts';

/** The form's fields, as they are typed. */
export interface ProfileDraft {
  readonly name: string;
  readonly scheme: Profile['scheme'];
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly username: string;
  readonly password: string;
  readonly version: Profile['version'];
  readonly clientId: string;
  readonly keepAliveSeconds: string;
  readonly filter: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

export const usualPort: Readonly<Record<Profile['scheme'], number>> = {
  mqtt: 1883,
  mqtts: 8883,
  ws: 80,
  wss: 443,
};

export function draftOf(profile: Profile | undefined): ProfileDraft {
  return {
    name: profile?.name ?? '',
    scheme: profile?.scheme ?? 'mqtt',
    host: profile?.host ?? '',
    port: String(profile?.port ?? usualPort.mqtt),
    path: profile?.path ?? '/mqtt',
    username: profile?.username ?? '',
    password: '',
    version: profile?.version ?? 4,
    clientId: profile?.clientId ?? '',
    keepAliveSeconds: String(profile?.keepAliveSeconds ?? 60),
    filter: profile?.filter ?? '#',
    ca: profile?.ca ?? '',
    certificate: profile?.certificate ?? '',
    key: '',
  };
}

/** Another scheme brings its usual port, where the one before had its own usual one. */
export function withScheme(draft: ProfileDraft, scheme: Profile['scheme']): ProfileDraft {
  const port = draft.port === String(usualPort[draft.scheme]) ? String(usualPort[scheme]) : draft.port;
  return { ...draft, scheme, port };
}

export type DraftFault = 'missing' | 'host' | 'port' | 'path' | 'keepAlive' | 'filter';

/** Which fields cannot be taken so, and why. */
export function draftFaults(draft: ProfileDraft): Readonly<Partial<Record<keyof ProfileDraft, DraftFault>>> {
  const port = Number(draft.port);
  const keepAlive = Number(draft.keepAliveSeconds);
  return {
    ...(draft.name.trim() === '' ? { name: 'missing' } : {}),
    ...(draft.host.trim() === ''
      ? { host: 'missing' }
      : /^[^\s/@?#]+$/u.test(draft.host.trim())
        ? {}
        : { host: 'host' }),
    ...(Number.isInteger(port) && port >= 1 && port <= 65_535 ? {} : { port: 'port' }),
    ...(isWebSocket(draft.scheme) && !/^\/[^\s?#]*$/u.test(draft.path) ? { path: 'path' } : {}),
    ...(Number.isInteger(keepAlive) && keepAlive >= 5 && keepAlive <= 3_600
      ? {}
      : { keepAliveSeconds: 'keepAlive' }),
    ...(draft.filter === '' ? { filter: 'filter' } : {}),
  };
}

/** @param forget secrets that are kept and shall not be any longer */
export function inputOf(
  draft: ProfileDraft,
  id: string | null,
  forget: { readonly password: boolean; readonly key: boolean },
): ProfileInput {
  const secret = (typed: string, forgotten: boolean): string | null =>
    typed === '' ? (forgotten || id === null ? '' : null) : typed;
  return {
    ...draft,
    id,
    name: draft.name.trim(),
    host: draft.host.trim(),
    port: Number(draft.port),
    path: isWebSocket(draft.scheme) ? draft.path : '/mqtt',
    keepAliveSeconds: Number(draft.keepAliveSeconds),
    password: secret(draft.password, forget.password),
    key: secret(draft.key, forget.key),
  };
}

export function isWebSocket(scheme: Profile['scheme']): boolean {
  return scheme === 'ws' || scheme === 'wss';
}

export function isSecure(scheme: Profile['scheme']): boolean {
  return scheme === 'mqtts' || scheme === 'wss';
}
