import type { Client } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { clientOverPort, clientOverSocket } from '../../shared/contract/orpc-client.ts';

/** `ended`: the application answers, but this browser's session is over. */
export type ConnectionPhase = 'connecting' | 'open' | 'lost' | 'ended';

const retryMs = 1_000;

/** The page's line to the main side; comes back by itself, and says when it did. */
export class Connection {
  readonly #listeners = new Set<() => void>();
  #phase: ConnectionPhase = 'connecting';
  #current: Client | undefined;

  /** Always the same object: calls go over the connection of the moment, or fail with `connection.lost`. */
  readonly client: Client = new Proxy({} as Client, {
    get: (_target, area: keyof Client) => {
      if (this.#current === undefined) return absentArea;
      return this.#current[area];
    },
  });

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  start(): void {
    if (location.protocol === 'app:') this.#openPort();
    else this.#openSocket();
  }

  #openSocket(): void {
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/rpc`);
    socket.addEventListener('open', () => {
      this.#current = clientOverSocket(socket);
      this.#set('open');
    });
    socket.addEventListener('close', () => {
      this.#current = undefined;
      if (this.#phase !== 'connecting') void this.#tellWhy();
      setTimeout(() => this.#openSocket(), retryMs);
    });
  }

  /** A refused socket does not say why; another tab may open a new session, so the attempts go on all the same. */
  async #tellWhy(): Promise<void> {
    if (this.#phase === 'open') this.#set('lost');
    const status = await fetch('/session', { cache: 'no-store' }).then(
      (answer) => answer.status,
      () => 0,
    );
    if (this.#current === undefined) this.#set(status === 401 ? 'ended' : 'lost');
  }

  #openPort(): void {
    window.addEventListener('message', (event) => {
      const [port] = event.ports;
      if (event.source !== window || event.data !== 'datayoti:port' || port === undefined) return;
      this.#current = clientOverPort(port);
      this.#set('open');
    });
    window.postMessage('datayoti:connect', location.origin);
  }

  #set(phase: ConnectionPhase): void {
    this.#phase = phase;
    for (const listener of this.#listeners) listener();
  }
}

const absentArea = new Proxy(
  {},
  {
    get: () => () =>
      Promise.reject(new AppError('connection.lost', 'The connection to the application is lost.')),
  },
);
