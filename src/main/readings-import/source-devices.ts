import { parseMacAddress } from '../../shared/domain/mac-address.ts';
import type { ImportDevice } from '../../shared/contract/readings-import.ts';
import { devicesListed } from './limits.ts';

interface Seen {
  readonly source: string;
  readonly mac: string | null;
  readonly adoptable: boolean;
  rows: number;
  newestMs: number;
}

/** A device that is known, under the address and the name that it has. */
export interface KnownDevice {
  readonly mac: string;
  readonly name: string;
}

/**
 * Whom a file means: the person's own choice first, then a known MAC address in any of its spellings, then the name
 * of the only device that is called so.
 */
export class SourceDevices {
  readonly #assign: Readonly<Record<string, string>>;
  readonly #macs: ReadonlySet<string>;
  readonly #byName = new Map<string, string | null>();
  readonly #seen = new Map<string, Seen>();
  readonly #more = new Set<string>();
  #ordered = true;

  constructor(known: readonly KnownDevice[], assign: Readonly<Record<string, string>>) {
    this.#assign = assign;
    this.#macs = new Set(known.map(({ mac }) => mac));
    for (const { mac, name } of known) {
      const key = name.trim().toLowerCase();
      if (key !== '') this.#byName.set(key, this.#byName.has(key) ? null : mac);
    }
  }

  /** The device of a line, counted; `null` where nobody is meant who is known. */
  of(source: string, timeMs: number): string | null {
    const seen = this.#seen.get(source) ?? this.#meet(source);
    if (seen === undefined) return this.resolve(source).mac;
    seen.rows++;
    if (timeMs <= seen.newestMs) this.#ordered = false;
    else seen.newestMs = timeMs;
    return seen.mac;
  }

  resolve(source: string): { readonly mac: string | null; readonly adoptable: boolean } {
    const chosen = Object.hasOwn(this.#assign, source) ? this.#assign[source] : undefined;
    if (chosen !== undefined && this.#macs.has(chosen)) return { mac: chosen, adoptable: false };
    const mac = parseMacAddress(source);
    if (mac !== undefined)
      return this.#macs.has(mac) ? { mac, adoptable: false } : { mac: null, adoptable: true };
    return { mac: this.#byName.get(source.trim().toLowerCase()) ?? null, adoptable: false };
  }

  /** Each device's lines came in order of time, every device is in the list, and each goes by one name. */
  get ordered(): boolean {
    const macs = [...this.#seen.values()].flatMap(({ mac }) => (mac === null ? [] : [mac]));
    return this.#ordered && this.#more.size === 0 && new Set(macs).size === macs.length;
  }

  /** Those that need a person first, then by how much they have. */
  list(): readonly ImportDevice[] {
    return [...this.#seen.values()]
      .map(({ source, mac, adoptable, rows }) => ({ source, mac, adoptable, rows }))
      .sort((a, b) => Number(a.mac !== null) - Number(b.mac !== null) || b.rows - a.rows);
  }

  get more(): number {
    return this.#more.size;
  }

  #meet(source: string): Seen | undefined {
    if (this.#seen.size >= devicesListed) {
      // A column that names no device has a new name on each line: so many are counted, and no more.
      if (this.#more.size < devicesListed) this.#more.add(source);
      return undefined;
    }
    const seen: Seen = { source, ...this.resolve(source), rows: 0, newestMs: Number.NEGATIVE_INFINITY };
    this.#seen.set(source, seen);
    return seen;
  }
}
