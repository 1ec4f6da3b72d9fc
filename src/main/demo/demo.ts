import type { Handlers } from '../../shared/contract/contract.ts';
import type { DemoBoardKind } from '../../shared/contract/demo.ts';
import type { MacAddress } from '../../shared/domain/mac-address.ts';
import type { Closable } from '../foundation/disposer.ts';
import { Listeners } from '../foundation/listeners.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';

/** One virtual sensor; made by the composition root, which knows the simulator. */
export interface DemoSensor {
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface DemoSensorWish {
  readonly mac: MacAddress;
  readonly siteRef: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly room: {
    readonly mean: number;
    readonly swing: number;
    readonly cycleMinutes: number;
    readonly humidity: number;
  };
  readonly intervalMs: number;
  readonly rssi: number;
}

export interface DemoDevice {
  readonly mac: MacAddress;
  readonly name: string;
  readonly position: string;
}

export interface DemoParts {
  /** Starts the stack where it is not running. */
  ensureStack(): Promise<void>;
  /** Address of the plain MQTT listener. */
  brokerUrl(): string;
  /** An account for a virtual sensor, made anew, and its password. */
  makeAccount(username: string, mac: MacAddress): Promise<string>;
  removeAccount(username: string): Promise<void>;
  registerSite(demo: Omit<typeof demoSite, 'devices'> & { devices: readonly DemoDevice[] }): Promise<void>;
  hasSites(): boolean;
  removeSite(ref: string): Promise<void>;
  makeSensor(wish: DemoSensorWish): DemoSensor;
  /** A simulated board appears among the ports, with firmware for it in the library. */
  plugBoard(kind: DemoBoardKind): Promise<void>;
  unplugBoard(): Promise<void>;
}

/** Locally administered addresses (second bit of the first octet), which no board has from its factory. */
const sensors = [
  { mac: '02:DE:70:00:00:01', name: 'DEMO-01', position: 'Door, inside', mean: 4.2, rssi: -58 },
  { mac: '02:DE:70:00:00:02', name: 'DEMO-02', position: 'Rack A, top', mean: 5.1, rssi: -66 },
  { mac: '02:DE:70:00:00:03', name: 'DEMO-03', position: 'Rear wall', mean: 3.6, rssi: -73 },
] as const;

export const demoSite = {
  site: { ref: 'DEMO', name: 'Demo cold store', description: 'Simulated; removed with one click.' },
  zone: { name: 'Cold room', temperatureMin: 2, temperatureMax: 8 },
  devices: sensors.map(({ mac, name, position }) => ({ mac: mac as MacAddress, name, position })),
};

const intervalMs = 2_000;

/** A demo site with three sensors that publish over MQTT like real ones. */
export class Demo implements Closable {
  readonly #parts: DemoParts;
  readonly #queue = new SerialQueue();
  readonly #changes = new Listeners<void>();
  #running: DemoSensor[] = [];

  constructor(parts: DemoParts) {
    this.#parts = parts;
  }

  state(): { running: boolean; sensors: number } {
    return { running: this.#running.length > 0, sensors: this.#running.length };
  }

  onChange(listener: () => void): () => void {
    return this.#changes.add(listener);
  }

  start(): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#running.length > 0) return;
      await this.#parts.ensureStack();
      await this.#parts.registerSite(demoSite);
      try {
        for (const sensor of sensors) await this.#startSensor(sensor);
      } catch (error) {
        await this.#stopSensors();
        throw error;
      }
      this.#changes.tell();
    });
  }

  stop(): Promise<void> {
    return this.#queue.run(() => this.#stopSensors());
  }

  remove(): Promise<void> {
    return this.#queue.run(async () => {
      await this.#stopSensors();
      await this.#parts.unplugBoard();
      for (const { name } of sensors) await this.#parts.removeAccount(accountName(name));
      await this.#parts.removeSite(demoSite.site.ref);
    });
  }

  /** A board to practise on; a site for it is made where there is none yet. */
  plugBoard(kind: DemoBoardKind): Promise<void> {
    return this.#queue.run(async () => {
      await this.#parts.ensureStack();
      if (!this.#parts.hasSites()) await this.#parts.registerSite({ ...demoSite, devices: [] });
      await this.#parts.plugBoard(kind);
    });
  }

  close(): Promise<void> {
    return this.stop();
  }

  readonly handlers: Handlers['demo'] = {
    start: async () => {
      await this.start();
      return {};
    },
    stop: async () => {
      await this.stop();
      return {};
    },
    remove: async () => {
      await this.remove();
      return {};
    },
    plugBoard: async ({ kind }) => {
      await this.plugBoard(kind);
      return {};
    },
    unplugBoard: async () => {
      await this.#parts.unplugBoard();
      return {};
    },
  };

  async #startSensor({ mac: address, name, mean, rssi }: (typeof sensors)[number]): Promise<void> {
    const mac = address as MacAddress;
    const username = accountName(name);
    const password = await this.#parts.makeAccount(username, mac);
    const sensor = this.#parts.makeSensor({
      mac,
      siteRef: demoSite.site.ref,
      url: this.#parts.brokerUrl(),
      username,
      password,
      room: { mean, swing: 0.7, cycleMinutes: 14, humidity: 71 },
      intervalMs,
      rssi,
    });
    this.#running.push(sensor);
    await sensor.start();
  }

  async #stopSensors(): Promise<void> {
    const running = this.#running;
    this.#running = [];
    await Promise.all(running.map((sensor) => sensor.close()));
    this.#changes.tell();
  }
}

function accountName(sensor: string): string {
  return sensor.toLowerCase();
}
