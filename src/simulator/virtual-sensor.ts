import { connectAsync, type MqttClient } from 'mqtt';
import { sensorTopic, timeTopic } from '../shared/domain/topics.ts';
import type { MacAddress } from '../shared/domain/mac-address.ts';
import { climateAt, type Room } from './room-climate.ts';

export interface VirtualSensorOptions {
  readonly mac: MacAddress;
  readonly siteRef: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly room: Room;
  /** Between two readings; the field firmware sends one a minute. */
  readonly intervalMs: number;
  /** Mean signal strength, dBm. */
  readonly rssi: number;
}

const heartbeatEvery = 5;
const keepAliveSeconds = 90;

/**
 * A sensor without hardware: connects to a broker as the firmware does (client id, keep-alive, birth and
 * last will on `status`, QoS 1) and publishes `data` and `heartbeat` until closed. Answers `cmd` measure.
 */
export class VirtualSensor {
  readonly #options: VirtualSensorOptions;
  readonly #startedMs = Date.now();
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #minHeap = 231_000;

  constructor(options: VirtualSensorOptions) {
    this.#options = options;
  }

  /** @throws the MQTT client's own error where the broker refuses the account. */
  async start(): Promise<void> {
    const { mac, url, username, password, intervalMs } = this.#options;
    const client = await connectAsync(url, {
      clientId: `ESP32Client-${mac}-1`,
      username,
      password,
      clean: true,
      keepalive: keepAliveSeconds,
      reconnectPeriod: 1_000,
      will: { topic: sensorTopic(mac, 'status'), payload: this.#status('offline'), qos: 1, retain: true },
    });
    this.#client = client;
    client.on('error', () => undefined);
    client.on('connect', () => this.#arrive(client));
    client.on('message', (topic, payload) => {
      if (topic === sensorTopic(mac, 'cmd') && /"cmd"\s*:\s*"measure"/.test(payload.toString()))
        this.#measure();
    });
    this.#arrive(client);
    this.#timer = setInterval(() => this.#measure(), intervalMs);
    this.#measure();
  }

  /** Says goodbye as a board that is switched off properly would; idempotent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    if (client === undefined) return;
    if (client.connected) {
      client.publish(sensorTopic(this.#options.mac, 'status'), this.#status('offline'), {
        qos: 1,
        retain: true,
      });
    }
    await client.endAsync(!client.connected).catch(() => undefined);
  }

  #arrive(client: MqttClient): void {
    const { mac } = this.#options;
    client.subscribe([sensorTopic(mac, 'cmd'), timeTopic]);
    client.publish(sensorTopic(mac, 'status'), this.#status('online'), { qos: 1, retain: true });
  }

  #measure(): void {
    const client = this.#client;
    if (client === undefined || !client.connected) return;
    const { mac, room, siteRef } = this.#options;
    const now = Date.now();
    const timestamp = new Date(now).toISOString();
    const climate = climateAt(room, now);
    client.publish(sensorTopic(mac, 'data'), JSON.stringify({ device_id: mac, timestamp, ...climate }), {
      qos: 1,
    });
    if (this.#sent++ % heartbeatEvery !== 0) return;
    const freeHeap = 234_000 - Math.round(Math.random() * 3_000);
    this.#minHeap = Math.min(this.#minHeap, freeHeap);
    const heartbeat = {
      device_id: mac,
      site_id: siteRef,
      timestamp,
      rssi: this.#options.rssi + Math.round((Math.random() - 0.5) * 6),
      free_heap: freeHeap,
      uptime: Math.round((now - this.#startedMs) / 1000),
      min_heap: this.#minHeap,
      ntp_sync: true,
      fw: 'demo',
    };
    client.publish(sensorTopic(mac, 'heartbeat'), JSON.stringify(heartbeat), { qos: 1 });
  }

  #status(status: 'online' | 'offline'): string {
    return JSON.stringify({ device_id: this.#options.mac, timestamp: new Date().toISOString(), status });
  }
}
