import type { SyncAddress, SyncTarget } from '../../../shared/contract/sync.ts';

/** What the form holds; texts as they are typed. */
export interface TargetDraft {
  readonly name: string;
  /** Only files are carried there. */
  readonly filesOnly: boolean;
  readonly host: string;
  readonly port: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly tls: SyncAddress['tls'];
  readonly ca: string;
  readonly ownTables: boolean;
}

export const tlsModes: readonly SyncAddress['tls'][] = ['verify-full', 'verify-ca', 'require', 'off'];

export function draftOf(target: SyncTarget | undefined): TargetDraft {
  const address = target?.address ?? null;
  return {
    name: target?.name ?? '',
    filesOnly: target !== undefined && address === null,
    host: address?.host ?? '',
    port: String(address?.port ?? 5432),
    database: address?.database ?? 'datayoti_db',
    user: address?.user ?? 'mqtt_ingestor',
    password: '',
    tls: address?.tls ?? 'verify-full',
    ca: address?.ca ?? '',
    ownTables: target?.ownTables ?? false,
  };
}

export function isComplete(draft: TargetDraft): boolean {
  const port = Number(draft.port);
  const reachable =
    /^[^\s/@]+$/u.test(draft.host.trim()) &&
    Number.isInteger(port) &&
    port >= 1 &&
    port <= 65_535 &&
    draft.database.trim() !== '' &&
    draft.user.trim() !== '';
  return draft.name.trim() !== '' && (draft.filesOnly || reachable);
}

export function addressOf(draft: TargetDraft): SyncAddress {
  return {
    host: draft.host.trim(),
    port: Number(draft.port),
    database: draft.database.trim(),
    user: draft.user.trim(),
    tls: draft.tls,
    ca: draft.ca.trim() === '' ? null : draft.ca.trim(),
  };
}
