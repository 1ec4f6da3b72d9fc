import { sensorTopic } from '../../shared/domain/topics.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Clock } from '../foundation/clock.ts';
import type { CommittedMessage } from '../ingest/index.ts';
import type { Arrival, Arrivals } from '../provisioning/index.ts';
import { boardAccountName } from './board-accounts.ts';

/** What arrives from single devices: logins that the broker saw, rows that the ingest committed. */
export class DeviceArrivals implements Arrivals {
  readonly #clock: Clock;
  readonly #publish: (topic: string, payload: string) => Promise<void>;
  readonly #running: () => boolean;
  readonly #listeners = new Map<string, Set<(arrival: Arrival) => void>>();

  constructor(parts: {
    readonly clock: Clock;
    readonly publish: (topic: string, payload: string) => Promise<void>;
    readonly running: () => boolean;
  }) {
    this.#clock = parts.clock;
    this.#publish = parts.publish;
    this.#running = parts.running;
  }

  running(): boolean {
    return this.#running();
  }

  watch(mac: string, listener: (arrival: Arrival) => void): () => void {
    const listeners = this.#listeners.get(mac) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(mac, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(mac) === listeners) this.#listeners.delete(mac);
    };
  }

  async askForReading(mac: string): Promise<void> {
    try {
      await this.#publish(sensorTopic(mac as MacAddress, 'cmd'), '{"cmd":"measure"}');
    } catch {
      // The stack was stopped meanwhile, which the watch for arrivals tells in its own time.
    }
  }

  login({ username, accepted }: { readonly username: string; readonly accepted: boolean }): void {
    for (const mac of this.#listeners.keys()) {
      if (boardAccountName(mac) !== username) continue;
      const timeMs = this.#clock.now();
      this.#tell(mac, accepted ? { type: 'login', timeMs } : { type: 'login-refused', timeMs, username });
    }
  }

  committed(messages: readonly CommittedMessage[]): void {
    if (this.#listeners.size === 0) return;
    for (const { decoded, reason, message } of messages) {
      if (!('mac' in decoded) || decoded.mac === null || !this.#listeners.has(decoded.mac)) continue;
      const { receivedMs } = message;
      if (reason !== null) this.#tell(decoded.mac, { type: 'quarantined', receivedMs, reason });
      else if (decoded.kind === 'heartbeat')
        this.#tell(decoded.mac, { type: 'heartbeat', receivedMs, rssi: decoded.rssi });
      else if (decoded.kind === 'reading') {
        const { timeMs, temperature, humidity } = decoded;
        this.#tell(decoded.mac, { type: 'reading', timeMs, receivedMs, temperature, humidity });
      }
    }
  }

  #tell(mac: string, arrival: Arrival): void {
    for (const listener of this.#listeners.get(mac) ?? []) listener(arrival);
  }
}
