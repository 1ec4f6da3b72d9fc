import type { BoardIdentity } from '../../../shared/contract/boards.ts';
import type { Device } from '../../../shared/contract/devices.ts';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import type { BatchBoard, BoardJob, RosterEntry } from '../../../shared/contract/provisioning.ts';
import type { ErrorReport } from '../../../shared/domain/app-error.ts';
import { nextName } from '../../../shared/domain/next-name.ts';

/** What `boards.identify` said about the board on a port. */
export type Look =
  | { readonly state: 'reading' }
  | { readonly state: 'known'; readonly identity: BoardIdentity }
  | { readonly state: 'failed'; readonly error: ErrorReport };

export type RowKind = 'unread' | 'reading' | 'blank' | 'sensor' | 'other' | 'refused' | 'failed' | 'busy';

export interface BoardRow {
  readonly port: PortInfo;
  readonly look: Look | undefined;
  readonly job: BoardJob | undefined;
  /** The adopted device with this board's MAC address. */
  readonly device: Device | undefined;
  readonly kind: RowKind;
}

/** What a person changed of one board; absent parts are filled in by themselves. */
export interface Draft {
  readonly name?: string;
  readonly position?: string;
  readonly zoneId?: number | null;
  readonly temperatureOffset?: number;
  readonly humidityOffset?: number;
  readonly replaces?: string | null;
}

/** A board that is plugged in again is another look: its port has a new beginning. */
export function lookKey(port: PortInfo): string {
  return `${port.id}@${port.sinceMs}`;
}

export function rowsOf(
  ports: readonly PortInfo[],
  looks: Readonly<Record<string, Look>>,
  jobs: readonly BoardJob[],
  devices: ReadonlyMap<string, Device>,
): readonly BoardRow[] {
  return ports.map((port) => {
    const look = looks[lookKey(port)];
    const job = jobs.find((one) => one.address === port.address);
    const mac = look?.state === 'known' ? look.identity.mac : (job?.mac ?? null);
    return {
      port,
      look,
      job,
      device: mac === null ? undefined : devices.get(mac),
      kind: isWorking(job) ? 'busy' : kindOf(look),
    };
  });
}

export const isWorking = (job: BoardJob | undefined): boolean =>
  job?.phase === 'running' || job?.phase === 'waiting';

function kindOf(look: Look | undefined): RowKind {
  if (look === undefined) return 'unread';
  if (look.state !== 'known') return look.state;
  const { blank, secureDownload, flashEncryption, configuration } = look.identity;
  if (secureDownload || flashEncryption === true) return 'refused';
  if (blank) return 'blank';
  return configuration === null ? 'other' : 'sensor';
}

export const isSelectable = (row: BoardRow): boolean =>
  row.kind === 'blank' || row.kind === 'sensor' || row.kind === 'other';

export interface NamingContext {
  readonly siteRef: string;
  readonly drafts: Readonly<Record<string, Draft>>;
  readonly devices: readonly Device[];
  readonly roster: readonly RosterEntry[];
}

/**
 * What each selected board becomes: what the person typed, else the device that it replaces, else the roster (by MAC
 * address, then in the order of plugging in), else what it is already, else the next name of the site.
 */
export function boardsOf(rows: readonly BoardRow[], context: NamingContext): readonly BatchBoard[] {
  const { siteRef, drafts, devices, roster } = context;
  const here = devices.filter((device) => device.siteRef === siteRef);
  const taken = new Set(here.map((device) => device.name));
  const inOrder = roster.filter((entry) => !entry.used && entry.mac === null && entry.siteRef === siteRef);
  let last =
    here
      .map((device) => device.name)
      .filter((name) => /\d/.test(name))
      .toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }))
      .at(-1) ?? '';
  let orderAt = 0;
  const countOn = (): string => {
    let name = last === '' ? `${siteRef}-01` : nextName(last);
    while (taken.has(name)) name = nextName(name);
    return name;
  };
  return rows.map((row) => {
    const draft = drafts[row.port.address] ?? {};
    const identity = row.look?.state === 'known' ? row.look.identity : undefined;
    const replaced = here.find((device) => device.mac === draft.replaces);
    const listed = roster.find((entry) => !entry.used && entry.mac !== null && entry.mac === identity?.mac);
    const own = row.device?.siteRef === siteRef ? row.device : undefined;
    const known = replaced ?? listed ?? own;
    const ordered = known === undefined && draft.name === undefined ? inOrder[orderAt++] : undefined;
    const name = draft.name ?? known?.name ?? ordered?.name ?? countOn();
    // Boards of a row count on from each other; a name that was looked up does not move the count.
    if (known === undefined && ordered === undefined && /\d/.test(name)) last = name;
    taken.add(name);
    return {
      address: row.port.address,
      siteRef,
      name,
      position: draft.position ?? known?.position ?? ordered?.position ?? '',
      zoneId: draft.zoneId === undefined ? (replaced?.zoneId ?? own?.zoneId ?? null) : draft.zoneId,
      temperatureOffset: draft.temperatureOffset ?? identity?.configuration?.temperatureOffset ?? 0,
      humidityOffset: draft.humidityOffset ?? identity?.configuration?.humidityOffset ?? 0,
      replaces: replaced?.mac ?? null,
    };
  });
}
