import type { PortInfo } from '../../../shared/contract/ports.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Closable } from '../../foundation/disposer.ts';
import { Listeners } from '../../foundation/listeners.ts';
import type { Log } from '../../foundation/log.ts';
import type { Observable } from '../../foundation/watch-state.ts';
import { parseLineAddress } from '../lines/line-address.ts';
import type { UsbIdentity } from '../serial-line.ts';
import { byLikelihood, describePort } from './describe-port.ts';
import type { ListedPort, PortLister } from './port-lister.ts';

const defaultIntervalMs = 1_000;

export interface PortDirectoryParts {
  readonly lister: PortLister;
  readonly clock: Clock;
  readonly log: Log;
  /** How often the system is asked; a look at sysfs costs well under a millisecond per port. */
  readonly intervalMs?: number;
}

export interface PortChange {
  readonly appeared: readonly PortInfo[];
  readonly vanished: readonly PortInfo[];
}

/** A port of this machine, as it was when it was there. */
export interface SeenPort {
  readonly listed: ListedPort;
  readonly info: PortInfo;
}

/** All ports there are, kept up to date: those of this machine, those a person added, and virtual boards. */
export class PortDirectory implements Observable<readonly PortInfo[]>, Closable {
  readonly #parts: PortDirectoryParts;
  readonly #changes = new Listeners<void>();
  readonly #moves = new Listeners<PortChange>();
  readonly #added = new Map<string, PortInfo>();
  readonly #seen = new Map<string, SeenPort>();
  #listed: readonly ListedPort[] = [];
  #found: readonly PortInfo[] = [];
  #all: readonly PortInfo[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #failing = false;
  #isClosed = false;

  constructor(parts: PortDirectoryParts) {
    this.#parts = parts;
  }

  /** Looks once and then again and again until it is closed. */
  async start(): Promise<void> {
    await this.refresh();
    this.#plan();
  }

  state(): readonly PortInfo[] {
    return this.#all;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  /** What came and went, for "start when plugged in" and for waiting until a port is back after a reset. */
  onMove(listener: (change: PortChange) => void): () => void {
    return this.#moves.add(listener);
  }

  usbOf(address: string): UsbIdentity | null {
    return this.#all.find((port) => port.address === address)?.usb ?? null;
  }

  /** The ports of this machine as the system listed them. */
  listed(): readonly ListedPort[] {
    return this.#listed;
  }

  /** What was last there under that device path, also when it has gone. */
  lastSeen(address: string): SeenPort | undefined {
    return this.#seen.get(address);
  }

  /** @throws AppError `serial.address-invalid` for anything but `socket://` and `rfc2217://` */
  addNetwork(address: string, label: string | null): void {
    const { kind } = parseLineAddress(address);
    if (kind === 'device' || kind === 'virtual')
      throw new AppError('serial.address-invalid', `${address} is not a network address`, { address });
    this.#add(address, 'network', label, null);
  }

  addVirtual(address: string, label: string, chip: string): void {
    this.#add(address, 'virtual', label, chip);
  }

  remove(address: string): void {
    if (this.#added.delete(address)) this.#publish();
  }

  /** Asks the system now; questions that come meanwhile share the answer. */
  refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #add(address: string, kind: 'network' | 'virtual', label: string | null, chip: string | null): void {
    this.#added.set(address, {
      id: address,
      address,
      kind,
      usb: null,
      chip,
      maker: null,
      likelyBoard: true,
      nativeUsb: false,
      label: label === '' ? null : label,
      sinceMs: this.#added.get(address)?.sinceMs ?? this.#parts.clock.now(),
    });
    this.#publish();
  }

  #plan(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.refresh().finally(() => this.#plan());
    }, this.#parts.intervalMs ?? defaultIntervalMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { lister, clock, log } = this.#parts;
    try {
      const listed = await lister.list();
      const known = new Map(this.#found.map((port) => [`${port.id} ${port.address}`, port]));
      const taken = new Set<string>();
      this.#found = listed.map((port) => {
        const described = describePort(port);
        // Two boards that cannot be told apart must not become one.
        const id = taken.has(described.id) ? `${described.id}@${described.address}` : described.id;
        taken.add(id);
        const since = known.get(`${id} ${described.address}`)?.sinceMs ?? clock.now();
        const info = { ...described, id, sinceMs: since };
        this.#seen.set(described.address, { listed: port, info });
        return info;
      });
      this.#listed = listed;
      this.#failing = false;
      this.#publish();
    } catch (error) {
      if (!this.#failing) log.warn('the list of serial ports cannot be read', { error });
      this.#failing = true;
    }
  }

  #publish(): void {
    const before = this.#all;
    const all = [...this.#found, ...this.#added.values()].sort(byLikelihood);
    if (JSON.stringify(before) === JSON.stringify(all)) return;
    this.#all = all;
    const same = (a: PortInfo) => (b: PortInfo) => a.id === b.id && a.address === b.address;
    const appeared = all.filter((port) => !before.some(same(port)));
    const vanished = before.filter((port) => !all.some(same(port)));
    this.#changes.tell();
    if (appeared.length > 0 || vanished.length > 0) this.#moves.tell({ appeared, vanished });
  }
}
