import { createServer, type Socket } from 'node:net';
import { generate, parser as newParser, type Packet } from 'mqtt-packet';
import { until } from './until.ts';

/** One connection of a client to the scripted broker. */
export interface ScriptedConnection {
  /** Everything that the client sent, in order. */
  readonly packets: readonly Packet[];
  publish(packet: { messageId: number; qos: 1 | 2; dup?: boolean; topic: string; payload: string }): void;
  send(packet: Packet): void;
  drop(): void;
  /** Waits for what a client sent. */
  sent(cmd: Packet['cmd'], count?: number): Promise<readonly Packet[]>;
}

export interface ScriptedBroker {
  readonly port: number;
  /** The client's nth connection, counted from 0, once it is subscribed. */
  connection(index: number): Promise<ScriptedConnection>;
  close(): Promise<void>;
}

/**
 * A broker that does what a test says, packet by packet: repeats, loses answers, breaks the order. A real
 * broker cannot be made to do so.
 */
export async function scriptedBroker(options: { readonly granted?: number } = {}): Promise<ScriptedBroker> {
  const connections: { readonly client: ScriptedConnection; subscribed: boolean }[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const packets: Packet[] = [];
    const send = (packet: Packet): void => void socket.write(generate(packet));
    const client: ScriptedConnection = {
      packets,
      send,
      publish: (packet) =>
        send({ cmd: 'publish', dup: false, retain: false, ...packet, payload: Buffer.from(packet.payload) }),
      drop: () => socket.destroy(),
      sent: async (cmd, count = 1) => {
        await until(() => packets.filter((packet) => packet.cmd === cmd).length >= count, {
          what: `${count} ${cmd} arrive`,
        });
        return packets.filter((packet) => packet.cmd === cmd);
      },
    };
    const entry = { client, subscribed: false };
    const sessionPresent = connections.length > 0;
    connections.push(entry);
    const parser = newParser({ protocolVersion: 4 });
    parser.on('packet', (packet: Packet) => {
      packets.push(packet);
      if (packet.cmd === 'connect') send({ cmd: 'connack', returnCode: 0, sessionPresent });
      else if (packet.cmd === 'pingreq') send({ cmd: 'pingresp' });
      else if (packet.cmd === 'subscribe') {
        send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [options.granted ?? 1] });
        entry.subscribed = true;
      }
    });
    socket.on('data', (chunk: Buffer) => parser.parse(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connection: async (index) =>
      (
        await until(() => (connections[index]?.subscribed === true ? connections[index] : undefined), {
          what: `connection ${index} is subscribed`,
        })
      ).client,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
