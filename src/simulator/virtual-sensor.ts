import { connect, type MqttClient } from 'mqtt';
import { sensorTopic, timeTopic } from '../shared/domain/topics.ts';
import type { MacAddress } from '../shared/domain/mac-address.ts';
import { climateAt, type Climate, type Room } from './room-climate.ts';

export interface VirtualSensorOptions {
  readonly mac: MacAddress;
  readonly siteRef: string;
  readonly url: string;
  /** Certificate authority of the broker, PEM; without it the machine's own list counts. */
  readonly ca?: string;
  readonly username: string;
  readonly password: string;
  readonly room: Room;
  /** Between two readings; the field firmware sends one a minute. */
  readonly intervalMs: number;
  /** Mean signal strength, dBm. */
  readonly rssi: number;
  /** How many readings there are to a heartbeat; 5 unless said otherwise. */
  readonly heartbeatEvery?: number;
  /** Further fields of the heartbeat: firmware version, chip, address. */
  readonly facts?: Readonly<Record<string, string>>;
  /** A DHT11 resolves whole degrees and percents. */
  readonly element?: 'DHT11' | 'DHT22';
  readonly offsets?: Climate;
  /** The board's clock, epoch milliseconds. */
  readonly now?: () => number;
  readonly clockIsSet?: () => boolean;
  /** Whether the element answers when it is read; where it does not, there is a heartbeat but no reading. */
  readonly answers?: () => boolean;
  /** Keep trying for ever, `start()` never rejects. */
  readonly retry?: boolean;
  readonly tell?: SensorEvents;
}

export interface SensorEvents {
  connected(): void;
  /** In the firmware's words, without the password. */
  failed(reason: string): void;
  measured(climate: Climate): void;
  silent(): void;
  command(command: SensorCommand): void;
  time(epochMs: number): void;
}

export type SensorCommand =
  | { readonly cmd: 'blink'; readonly seconds: number }
  | { readonly cmd: 'measure' }
  | { readonly cmd: 'restart' };

const defaultHeartbeatEvery = 5;
const keepAliveSeconds = 90;
const reconnectMs = 1_000;
const defaultBlinkSeconds = 20;

/**
 * A sensor without hardware: connects to a broker as the firmware does (client id, keep-alive, birth and
 * last will on `status`, QoS 1) and publishes `data` and `heartbeat` until closed. Obeys `cmd`.
 */
export class VirtualSensor {
  readonly #options: VirtualSensorOptions;
  readonly #now: () => number;
  #startedMs = Date.now();
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #minHeap = 231_000;

  constructor(options: VirtualSensorOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Resolves at the first connection.
   *
   * @throws the MQTT client's own error where the broker refuses the account or cannot be reached, unless
   * `retry` is set.
   */
  start(): Promise<void> {
    const { mac, url, username, password, intervalMs, ca, retry = false, tell } = this.#options;
    const client = connect(url, {
      clientId: `ESP32Client-${mac}-1`,
      username,
      password,
      clean: true,
      keepalive: keepAliveSeconds,
      reconnectPeriod: reconnectMs,
      ...(ca === undefined ? {} : { ca }),
      will: { topic: sensorTopic(mac, 'status'), payload: this.#status('offline'), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('message', (topic, payload) => this.#receive(topic, payload));
    return new Promise((resolve, reject) => {
      client.on('error', (error) => {
        tell?.failed(failureWords(error));
        if (retry || this.#timer !== undefined) return;
        void this.cut();
        reject(error);
      });
      client.on('connect', () => {
        this.#arrive(client);
        tell?.connected();
        this.#timer ??= setInterval(() => this.#measure(), intervalMs);
        this.#measure();
        resolve();
      });
    });
  }

  /** Says goodbye as a board that is switched off properly would; idempotent. */
  async close(): Promise<void> {
    const client = this.#take();
    if (client === undefined) return;
    if (client.connected) {
      client.publish(sensorTopic(this.#options.mac, 'status'), this.#status('offline'), {
        qos: 1,
        retain: true,
      });
    }
    await client.endAsync(!client.connected).catch(() => undefined);
  }

  /** Ends as a power cut does: without a word, so that the broker publishes the last will. */
  async cut(): Promise<void> {
    await this.#take()
      ?.endAsync(true)
      .catch(() => undefined);
  }

  #take(): MqttClient | undefined {
    clearInterval(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    return client;
  }

  #arrive(client: MqttClient): void {
    const { mac } = this.#options;
    client.subscribe([sensorTopic(mac, 'cmd'), timeTopic]);
    client.publish(sensorTopic(mac, 'status'), this.#status('online'), { qos: 1, retain: true });
  }

  #receive(topic: string, payload: Buffer): void {
    const { mac, tell } = this.#options;
    const message = parseObject(payload);
    if (topic === timeTopic) {
      const epochMs = message['epoch_ms'];
      if (typeof epochMs === 'number') tell?.time(epochMs);
    }
    if (topic !== sensorTopic(mac, 'cmd')) return;
    const command = commandFrom(message);
    if (command === undefined) return;
    tell?.command(command);
    if (command.cmd === 'measure') this.#measure();
    // A sensor inside a board is started anew with it.
    if (command.cmd === 'restart' && tell === undefined) this.#restart();
  }

  /** Gone without a word and back: uptime begins anew, and the first measurement has a heartbeat. */
  #restart(): void {
    this.#startedMs = Date.now();
    this.#sent = 0;
    this.#minHeap = 231_000;
    this.#client?.stream.destroy();
  }

  #measure(): void {
    const client = this.#client;
    if (client === undefined || !client.connected) return;
    const { mac, siteRef, heartbeatEvery = defaultHeartbeatEvery, facts } = this.#options;
    const now = this.#now();
    const timestamp = new Date(now).toISOString();
    if (this.#options.answers?.() ?? true) {
      const climate = this.#climate();
      client.publish(sensorTopic(mac, 'data'), JSON.stringify({ device_id: mac, timestamp, ...climate }), {
        qos: 1,
      });
      this.#options.tell?.measured(climate);
    } else this.#options.tell?.silent();
    if (this.#sent++ % heartbeatEvery !== 0) return;
    const freeHeap = 234_000 - Math.round(Math.random() * 3_000);
    this.#minHeap = Math.min(this.#minHeap, freeHeap);
    const heartbeat = {
      device_id: mac,
      site_id: siteRef,
      timestamp,
      rssi: this.#options.rssi + Math.round((Math.random() - 0.5) * 6),
      free_heap: freeHeap,
      uptime: Math.round((Date.now() - this.#startedMs) / 1000),
      min_heap: this.#minHeap,
      ntp_sync: this.#options.clockIsSet?.() ?? true,
      ...(facts ?? { fw: 'demo' }),
    };
    client.publish(sensorTopic(mac, 'heartbeat'), JSON.stringify(heartbeat), { qos: 1 });
  }

  #climate(): Climate {
    const { room, element, offsets } = this.#options;
    const { temperature, humidity } = climateAt(room, Date.now());
    const steps = element === 'DHT11' ? 1 : 10;
    const rounded = (value: number, offset = 0): number =>
      Number((Math.round(value * steps) / steps + offset).toFixed(2));
    return {
      temperature: rounded(temperature, offsets?.temperature),
      humidity: rounded(humidity, offsets?.humidity),
    };
  }

  #status(status: 'online' | 'offline'): string {
    return JSON.stringify({
      device_id: this.#options.mac,
      timestamp: new Date(this.#now()).toISOString(),
      status,
    });
  }
}

function parseObject(payload: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function commandFrom(message: Readonly<Record<string, unknown>>): SensorCommand | undefined {
  const { cmd, seconds } = message;
  if (cmd === 'measure' || cmd === 'restart') return { cmd };
  if (cmd !== 'blink') return undefined;
  return { cmd, seconds: typeof seconds === 'number' ? seconds : defaultBlinkSeconds };
}

function failureWords(error: Error & { readonly code?: unknown }): string {
  // Return codes of CONNACK: bad user name or password, not authorised (MQTT 3.1.1 section 3.2.2.3).
  if (error.code === 4 || error.code === 5) return `login refused (return code ${error.code})`;
  return `unreachable: ${typeof error.code === 'string' ? error.code : error.message}`;
}
