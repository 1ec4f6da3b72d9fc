import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { generate } from 'mqtt-packet';

/** Where a broker is and as whom to speak to it. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** `ca`: authorities to trust (PEM), else those that the runtime knows; without `tls` in the clear. */
  readonly tls?: { readonly ca?: string };
  readonly username?: string;
  readonly password?: string;
  /** The same at every start: under it the broker keeps what arrives while this client is away. */
  readonly clientId: string;
  /** The broker is to keep nothing for this client: another one sees to it that all is stored. */
  readonly onlooker?: boolean;
}

/** MQTT 3.1.1, table 3.1. */
const connackReasons: Readonly<Record<number, string>> = {
  1: 'the broker does not speak MQTT 3.1.1',
  2: 'the broker does not accept the client id',
  3: 'the broker is not available',
  4: 'wrong user name or password',
  5: 'not authorised',
};

/** Begins to connect; `whenOpen` is called when the first packet can be sent. */
export function openSocket({ host, port, tls }: BrokerAddress, whenOpen: (socket: Socket) => void): Socket {
  const socket =
    tls === undefined
      ? connectTcp(port, host)
      : connectTls({
          host,
          port,
          // A server name is a name (RFC 6066, section 3); an address is checked against the certificate as it is.
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        });
  socket.setNoDelay(true);
  socket.once(tls === undefined ? 'connect' : 'secureConnect', () => whenOpen(socket));
  return socket;
}

/** CONNECT, for a session that stays at the broker unless this client only looks on. */
export function connectPacket(address: BrokerAddress, keepAliveSeconds: number): Buffer {
  const { clientId, username, password, onlooker = false } = address;
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: onlooker,
    clientId,
    keepalive: keepAliveSeconds,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  });
}

/** Why a broker said no, in words. */
export function connackReason(returnCode: number | undefined): string {
  return connackReasons[returnCode ?? 0] ?? `code ${returnCode ?? '?'}`;
}

/** Several addresses of one name fail with an error that has no words of its own. */
export function socketErrorText(error: Error): string {
  if (error.message !== '') return error.message;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return inner instanceof Error ? inner.message : error.name;
}
