import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/** What a publisher process is told, as JSON in its arguments. */
export interface PacedWish {
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly connections: number;
  readonly perSecond: number;
  /** Messages of all connections together. */
  readonly total: number;
  /** Readings of so many sensors in turn, or one message on each of so many other topics. */
  readonly topics: { readonly kind: 'sensors' | 'plain'; readonly count: number };
}

export interface PacedResult {
  readonly acknowledged: number;
  readonly seconds: number;
}

const everyMs = 10;
/** Unacknowledged messages per connection; more wait here, as they would on a board. */
const window = 1_000;
const branches = 50;

export function sensorOf(index: number): string {
  const hex = index.toString(16).toUpperCase().padStart(4, '0');
  return `02:BE:00:00:${hex.slice(0, 2)}:${hex.slice(2, 4)}`;
}

export function plainTopic(index: number): string {
  return `many/${index % branches}/x${Math.floor(index / branches)}`;
}

/** Publishes at QoS 1 at a steady rate over plain sockets, and waits until each message is acknowledged. */
export async function publishPaced(wish: PacedWish): Promise<PacedResult> {
  const begun = performance.now();
  const parts = Array.from({ length: wish.connections }, (_, index) => runConnection(wish, index));
  const counts = await Promise.all(parts);
  return {
    acknowledged: counts.reduce((sum, count) => sum + count, 0),
    seconds: (performance.now() - begun) / 1_000,
  };
}

function runConnection(wish: PacedWish, part: number): Promise<number> {
  const mine = Math.ceil((wish.total - part) / wish.connections);
  return new Promise((resolve, reject) => {
    const socket = connect(wish.port, '127.0.0.1');
    let sent = 0;
    let acknowledged = 0;
    let begun = 0;
    let rest: Buffer = Buffer.alloc(0);
    let timer: NodeJS.Timeout | undefined;
    const send = (): void => {
      const owed = Math.min(
        mine,
        ((performance.now() - begun) * wish.perSecond) / wish.connections / 1_000,
        acknowledged + window,
      );
      socket.cork();
      while (sent < owed) {
        socket.write(packetOf(wish, part + sent * wish.connections, (sent % 65_535) + 1));
        sent++;
      }
      socket.uncork();
    };
    socket.on('connect', () => login(socket, wish, part));
    socket.on('data', (chunk: Buffer) => {
      let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (begun === 0) {
        if (data.length < 4) {
          rest = data;
          return;
        }
        if (data[3] !== 0) reject(new Error(`refused with code ${data[3]}`));
        data = data.subarray(4);
        begun = performance.now();
        timer = setInterval(send, everyMs);
      }
      // Nothing but acknowledgements of four bytes comes.
      const whole = Math.floor(data.length / 4);
      acknowledged += whole;
      rest = data.subarray(whole * 4);
      if (acknowledged >= mine) {
        clearInterval(timer);
        socket.end();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(acknowledged);
    });
  });
}

function login(socket: Socket, wish: PacedWish, part: number): void {
  socket.setNoDelay(true);
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: `paced-${part}-${process.pid}`,
      keepalive: 0,
      username: wish.username,
      password: Buffer.from(wish.password),
    }),
  );
}

const beganMs = Date.now();

function packetOf(wish: PacedWish, index: number, messageId: number): Buffer {
  const { kind, count } = wish.topics;
  const which = index % count;
  const mac = sensorOf(which);
  // A time of its own for each reading of a sensor: none replaces another.
  const time = new Date(beganMs - 3_600_000 + Math.floor(index / count)).toISOString();
  return generate({
    cmd: 'publish',
    topic: kind === 'sensors' ? `datayoti/sensor/${mac}/data` : plainTopic(which),
    payload:
      kind === 'sensors'
        ? `{"device_id":"${mac}","timestamp":"${time}","temperature":${(4 + (index % 50) / 10).toFixed(1)},"humidity":71.5}`
        : `value ${index}`,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  });
}
