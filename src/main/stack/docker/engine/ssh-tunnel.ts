import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Client, ClientChannel } from 'ssh2';
import { AppError, isAppError } from '../../../../shared/domain/app-error.ts';
import type { EngineSituation } from './engine-errors.ts';
import type { ReachedPort } from './docker-engine.ts';
import { PortForwards } from './port-forwards.ts';
import type { HostKeyStore } from './host-key-store.ts';
import type { SshTarget } from './ssh-config.ts';
import { sshLogin } from './ssh-login.ts';

const commandMs = 10_000;
const longestOutputBytes = 64 * 1024;
/** `SSH_OPEN_ADMINISTRATIVELY_PROHIBITED` (RFC 4254, section 5.1). */
const prohibited = 1;

/**
 * Connections to an engine's socket on another machine, all through one ssh connection.
 *
 * Each is a channel `direct-streamlocal@openssh.com` (OpenSSH's PROTOCOL, section 2.4) to the socket itself: it
 * needs neither a `docker` program nor a shell over there, works for Podman too, and is no "session", of which
 * sshd allows ten per connection (`MaxSessions`): logs and statistics of four services are more than that. Raspberry
 * Pi OS ships OpenSSH with this allowed. Where an administrator forbade it, `docker system dial-stdio` is run
 * instead, as Docker's own program does.
 */
export class SshTunnel {
  readonly agent: Agent;
  readonly #target: SshTarget;
  readonly #hostKeys: HostKeyStore;
  readonly #situation: EngineSituation;
  #client: Promise<Client> | undefined;
  readonly #forwards = new PortForwards(async (host, port) =>
    tcpChannel(await this.#connected(), host, port),
  );
  #throughProgram = false;
  #closed = false;

  constructor(target: SshTarget, hostKeys: HostKeyStore, situation: EngineSituation) {
    this.#target = target;
    this.#hostKeys = hostKeys;
    this.#situation = situation;
    this.agent = new ChannelAgent(() => this.#openChannel());
  }

  /**
   * An address and port over there as one of this machine.
   *
   * @throws AppError `engine.port-out-of-reach` where the ssh server does not allow it
   */
  async reach(host: string, port: number): Promise<ReachedPort> {
    try {
      (await tcpChannel(await this.#connected(), host, port)).destroy();
    } catch (error) {
      // That nobody listens yet is no matter: a container may be about to start.
      if ((error as { readonly reason?: unknown }).reason === prohibited)
        throw new AppError(
          'engine.port-out-of-reach',
          `The ssh server of ${this.#target.host} does not forward ports (AllowTcpForwarding).`,
          { address: this.#situation.address, host: this.#target.host, port, context: 'ssh' },
          error,
        );
      if (isAppError(error)) throw error;
    }
    return { host: '127.0.0.1', port: await this.#forwards.reach(host, port) };
  }

  /** Free bytes where that folder is over there; `null` where the host does not tell. */
  async freeBytes(folder: string): Promise<number | null> {
    const { code, output } = await run(await this.#connected(), `df -Pk ${quoted(folder)}`);
    const kibibytes = /(\d+)\s+\d+%/u.exec(output)?.[1];
    return code === 0 && kibibytes !== undefined ? Number(kibibytes) * 1024 : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#forwards.close();
    const client = await this.#client?.catch(() => undefined);
    this.agent.destroy();
    client?.end();
  }

  #connected(): Promise<Client> {
    if (this.#closed)
      throw new AppError('engine.unreachable', 'The connection was closed here.', { ...this.#situation });
    if (this.#client !== undefined) return this.#client;
    const opening = sshLogin(this.#target, this.#hostKeys, this.#situation);
    const forget = (): void => {
      if (this.#client === opening) this.#client = undefined;
    };
    this.#client = opening;
    opening.then((client) => client.once('close', forget)).catch(forget);
    return opening;
  }

  async #openChannel(): Promise<Duplex> {
    const client = await this.#connected();
    if (this.#throughProgram) return this.#dialStdio(client);
    try {
      return await socketChannel(client, this.#target.socket);
    } catch (error) {
      return await this.#otherWay(client, error);
    }
  }

  /** sshd says only "open failed": looks why, and whether Docker's own program gets through. */
  async #otherWay(client: Client, cause: unknown): Promise<Duplex> {
    const { socket, host, user } = this.#target;
    const { address } = this.#situation;
    const path = quoted(socket);
    const look = `if [ ! -e ${path} ]; then echo missing; elif [ ! -w ${path} ]; then echo denied; else echo there; fi`;
    const { output } = await run(client, look);
    const data = { ...this.#situation, user, host, socket };
    if (output.trim() === 'denied')
      throw new AppError(
        'engine.access-denied',
        `${user} may not use the engine at ${address}.`,
        data,
        cause,
      );
    if (output.trim() === 'there') {
      const { code } = await run(client, `docker -H unix://${path} version --format '{{.Server.Version}}'`);
      if (code === 0) {
        this.#throughProgram = true;
        return this.#dialStdio(client);
      }
    }
    throw new AppError('engine.not-running', `No container engine runs at ${address}.`, data, cause);
  }

  #dialStdio(client: Client): Promise<Duplex> {
    return execChannel(client, `docker -H unix://${quoted(this.#target.socket)} system dial-stdio`);
  }
}

/** An agent whose connections are channels. */
class ChannelAgent extends Agent {
  readonly #open: () => Promise<Duplex>;

  constructor(open: () => Promise<Duplex>) {
    super();
    this.#open = open;
  }

  // Called by Node for each request (documentation of http.Agent, "agent.createConnection").
  override createConnection(
    _options: unknown,
    tell: (error: Error | null, stream?: Duplex) => void,
  ): undefined {
    this.#open().then(
      (stream) => tell(null, stream),
      (error: unknown) => tell(error instanceof Error ? error : new Error(String(error))),
    );
    return undefined;
  }
}

function tcpChannel(client: Client, host: string, port: number): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined || error === null) resolve(channel);
      else reject(error);
    });
  });
}

function socketChannel(client: Client, socket: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.openssh_forwardOutStreamLocal(socket, (error, channel) => {
      if (error === undefined || error === null) resolve(channel);
      else reject(error);
    });
  });
}

function execChannel(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error === undefined || error === null) {
        channel.stderr.resume();
        resolve(channel);
      } else reject(error);
    });
  });
}

async function run(client: Client, command: string): Promise<{ code: number | null; output: string }> {
  const channel = await execChannel(client, command);
  return new Promise((resolve) => {
    let output = '';
    let code: number | null = null;
    const timer = setTimeout(() => channel.close(), commandMs);
    channel.on('data', (part: Buffer) => {
      output = (output + part.toString('utf8')).slice(0, longestOutputBytes);
    });
    channel.once('exit', (exitCode: number | null) => {
      code = exitCode;
    });
    channel.once('close', () => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

/** One word of a POSIX shell, whatever it holds. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
