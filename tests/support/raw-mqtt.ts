import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

export interface RawLogin {
  readonly clientId: string;
  readonly clean?: boolean;
  readonly keepalive?: number;
  readonly username?: string;
  readonly password?: string;
  /** Topic of a retained last will. */
  readonly will?: string;
}

/** A CONNECT of MQTT 3.1.1 as bytes, for what a proper client library would not send. */
export function connectPacket(login: RawLogin): Buffer {
  const username = login.username ?? 'board';
  const packet = generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: login.keepalive ?? 0,
    // The library refuses an empty id with a kept session, so its clean flag is turned over below.
    clientId: login.clientId,
    username,
    password: Buffer.from(login.password ?? `${username}-pass`),
    ...(login.will === undefined
      ? {}
      : { will: { topic: login.will, payload: Buffer.from('offline'), qos: 1 as const, retain: true } }),
  });
  // Connect flags follow header, length (one byte below 128), protocol name (2 + 4) and level; bit 1: clean session.
  if (login.clean === false) packet.writeUInt8(packet.readUInt8(9) & ~2, 9);
  return packet;
}

/** Opens a connection and sends the bytes; errors of the other side's closing are expected. */
export async function rawConnection(port: number, bytes: Uint8Array): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  return socket;
}

/** Resolves with the time in milliseconds until the other side has closed. */
export async function untilClosed(socket: Socket): Promise<number> {
  const started = Date.now();
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return Date.now() - started;
}

/** The return code of the CONNACK (MQTT 3.1.1, table 3.1). */
export async function connack(port: number, login: RawLogin): Promise<number> {
  const socket = await rawConnection(port, connectPacket(login));
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  socket.destroy();
  return answer[3] ?? -1;
}
