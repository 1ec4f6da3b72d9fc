import { connect } from 'node:net';
import { generate } from 'mqtt-packet';

/** What one publisher process is told, as JSON in its first argument after the mode. */
export interface LoadWish {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly connections: number;
  readonly seconds: number;
  /** Messages per second of all connections together; 0 means as fast as they are acknowledged. */
  readonly perSecond: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  /** Different devices per connection, in turn. */
  readonly devicesPerConnection: number;
}

export interface LoadResult {
  readonly acknowledged: number;
  readonly perSecond: number;
  /** From the write to the acknowledgement, milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function macOf(index: number): string {
  const hex = index.toString(16).toUpperCase().padStart(8, '0');
  return `02:BE:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6, 8)}`;
}

const firstTimeMs = Date.UTC(2025, 10, 3);

/** Publishes at QoS 1 over plain sockets: a full client library would cost more than the broker it measures. */
export async function publishLoad(wish: LoadWish): Promise<LoadResult> {
  const samples: number[] = [];
  const start = performance.now();
  const counts = await Promise.all(
    Array.from({ length: wish.connections }, (_, index) => runConnection(wish, index, samples)),
  );
  const seconds = (performance.now() - start) / 1000;
  samples.sort((a, b) => a - b);
  const acknowledged = counts.reduce((sum, count) => sum + count, 0);
  const at = (share: number): number => Number((samples[Math.floor(samples.length * share)] ?? 0).toFixed(1));
  return { acknowledged, perSecond: Math.round(acknowledged / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}

function runConnection(wish: LoadWish, index: number, samples: number[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(wish.port, '127.0.0.1');
    const templates = Array.from({ length: wish.devicesPerConnection }, (_, i) =>
      template(macOf(index * wish.devicesPerConnection + i)),
    );
    const sentAt = new Float64Array(65_536);
    let nextId = 1;
    let sent = 0;
    let acknowledged = 0;
    let timer: NodeJS.Timeout | undefined;
    let connected = false;
    let rest: Buffer = Buffer.alloc(0);
    const endAt = performance.now() + wish.seconds * 1000;
    const send = (): void => {
      const { packet, idAt, timeAt } = templates[sent % templates.length] ?? template(macOf(0));
      packet.writeUInt16BE(nextId, idAt);
      packet.write(
        new Date(firstTimeMs + Math.floor(sent / templates.length)).toISOString(),
        timeAt,
        'latin1',
      );
      sentAt[nextId] = performance.now();
      socket.write(Buffer.from(packet));
      nextId = nextId === 65_535 ? 1 : nextId + 1;
      sent++;
    };
    const fill = (): void => {
      if (performance.now() >= endAt) return;
      socket.cork();
      while (sent - acknowledged < wish.window) send();
      socket.uncork();
    };
    const begin = (): void => {
      if (wish.perSecond === 0) fill();
      else timer = setInterval(send, (1000 * wish.connections) / wish.perSecond);
      setTimeout(() => {
        clearInterval(timer);
        // What is under way may still arrive, but counts no more.
        setTimeout(() => socket.destroy(), 200);
      }, wish.seconds * 1000);
    };
    socket.on('connect', () => {
      socket.setNoDelay(true);
      socket.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: true,
          clientId: `load-${index}-${process.pid}`,
          keepalive: 0,
          username: wish.username,
          password: Buffer.from(wish.password),
        }),
      );
    });
    socket.on('data', (chunk: Buffer) => {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (!connected) {
        connected = true;
        if (data[3] !== 0) return reject(new Error(`refused with code ${data[3]}`));
        data = data.subarray(4);
        begin();
      }
      const now = performance.now();
      let at = 0;
      for (; at + 4 <= data.length; at += 4) {
        acknowledged++;
        if (acknowledged % 7 === 0) samples.push(now - (sentAt[data.readUInt16BE(at + 2)] ?? now));
      }
      rest = data.subarray(at);
      if (wish.perSecond === 0) fill();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(acknowledged));
  });
}

function template(mac: string): { packet: Buffer; idAt: number; timeAt: number } {
  const time = new Date(firstTimeMs).toISOString();
  const payload = `{"device_id":"${mac}","timestamp":"${time}","temperature":4.2,"humidity":71.5}`;
  const topic = `datayoti/sensor/${mac}/data`;
  const packet = generate({
    cmd: 'publish',
    topic,
    payload,
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
  });
  return { packet, idAt: packet.indexOf(topic) + topic.length, timeAt: packet.indexOf(time) };
}
