import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { Log } from '../../../foundation/log.ts';
import type { AccountStore } from './account-store.ts';
import type { BrokerTally } from './broker-tally.ts';
import type { ClientSessions } from './client-sessions.ts';
import { mayPublish } from './topic-rights.ts';

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
const identifierRejected = 2;
const serverUnavailable = 3;
const badUserNameOrPassword = 4;
const notAuthorized = 5;
/** Of a sensor: 31 characters. */
const longestClientId = 256;

/** Somebody asked to be let in, and was or was not. */
export interface Login {
  readonly username: string;
  readonly accepted: boolean;
}

export interface LoginGateParts {
  readonly accounts: AccountStore;
  readonly sessions: ClientSessions;
  readonly tally: BrokerTally;
  readonly log: Log;
  readonly onLogin: (login: Login) => void;
  /** A client that had got in is gone. */
  readonly onGone: (client: Client) => void;
}

type Done = (error: AuthenticateError | null, success: boolean | null) => void;

/** Decides who gets in: an account with its password, its own client id, and no last will on a foreign topic. */
export class LoginGate {
  readonly #parts: LoginGateParts;
  readonly #asked = new WeakMap<Client, { readonly clientId: string; readonly will: string | undefined }>();

  constructor(parts: LoginGateParts) {
    this.#parts = parts;
  }

  /** aedes shows the whole CONNECT only here, before it asks for the login. */
  preConnect(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, success: boolean) => void,
  ): void {
    this.#asked.set(client, { clientId: packet.clientId, will: packet.will?.topic });
    done(null, true);
  }

  authenticate(client: Client, username: string | undefined, password: Buffer | undefined, done: Done): void {
    const { accounts, sessions, tally, log, onLogin, onGone } = this.#parts;
    const refuse = (returnCode: number, reason: string): void => {
      const { address } = sessions.originOf(client);
      // The client's id is in the facts only: a flood of made-up ids must not become a flood of lines.
      tally.count('refusedLogins', `${address} ${username ?? ''}`, 'refused a login', {
        account: username ?? '',
        address,
        client: client.id,
        reason,
      });
      onLogin({ username: username ?? '', accepted: false });
      done(Object.assign(new Error(reason), { returnCode }), null);
    };
    const asked = this.#asked.get(client);
    if (asked === undefined || unusableId(asked.clientId, client.clean)) {
      refuse(identifierRejected, 'client id not usable');
      return;
    }
    if (username === undefined || username === '' || password === undefined) {
      refuse(badUserNameOrPassword, 'no account given');
      return;
    }
    accounts.verify(username, password.toString('utf8'), sessions.originOf(client).address).then(
      (account) => {
        if (account === undefined) {
          refuse(badUserNameOrPassword, 'unknown account or wrong password');
        } else if (sessions.isTaken(client.id, account.username)) {
          refuse(identifierRejected, 'client id belongs to another account');
        } else if (asked.will !== undefined && !mayPublish(account, asked.will)) {
          refuse(notAuthorized, 'last will on a topic that is not its own');
        } else if (!client.closed) {
          sessions.loggedIn(client, account, () => onGone(client));
          onLogin({ username, accepted: true });
          done(null, true);
        }
      },
      (error: unknown) => {
        log.error('the accounts cannot be read', { error });
        refuse(serverUnavailable, 'accounts unreadable');
      },
    );
  }
}

/** MQTT 3.1.1, sections 1.5.3 (no U+0000) and 3.1.3.1 (an empty id only with a clean session). */
function unusableId(id: string, clean: boolean): boolean {
  return id.length > longestClientId || id.includes('\0') || (id === '' && !clean);
}
