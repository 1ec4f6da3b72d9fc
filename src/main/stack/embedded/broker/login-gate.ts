import type { AuthenticateError, Client, ConnectPacket } from 'aedes';
import type { LoginRefusal } from '../../../../shared/contract/traffic-parts.ts';
import type { Clock } from '../../../foundation/clock.ts';
import type { Log } from '../../../foundation/log.ts';
import type { AccountStore } from './account-store.ts';
import type { BrokerTally } from './broker-tally.ts';
import type { ClientSessions } from './client-sessions.ts';
import { refusalTexts, type RefusedLogins } from './refused-logins.ts';
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
  readonly refusals: RefusedLogins;
  readonly clock: Clock;
  readonly log: Log;
  readonly onLogin: (login: Login) => void;
  /** A client that had got in is gone. */
  readonly onGone: (client: Client) => void;
}

interface Asked {
  readonly clientId: string;
  readonly will: string | undefined;
  readonly keepAliveSeconds: number;
  readonly protocolVersion: number;
}

type Done = (error: AuthenticateError | null, success: boolean | null) => void;

/** Decides who gets in: an account with its password, its own client id, and no last will on a foreign topic. */
export class LoginGate {
  readonly #parts: LoginGateParts;
  readonly #asked = new WeakMap<Client, Asked>();

  constructor(parts: LoginGateParts) {
    this.#parts = parts;
  }

  /** aedes shows the whole CONNECT only here, before it asks for the login. */
  preConnect(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, success: boolean) => void,
  ): void {
    this.#asked.set(client, {
      clientId: packet.clientId,
      will: packet.will?.topic,
      keepAliveSeconds: packet.keepalive ?? 0,
      protocolVersion: packet.protocolVersion ?? 4,
    });
    done(null, true);
  }

  authenticate(client: Client, username: string | undefined, password: Buffer | undefined, done: Done): void {
    const { accounts, sessions, tally, refusals, clock, log, onLogin, onGone } = this.#parts;
    const asked = this.#asked.get(client);
    const refuse = (returnCode: number, refusal: LoginRefusal): void => {
      const reason = refusalTexts[refusal];
      const { address } = sessions.originOf(client);
      // The client's id is in the facts only: a flood of made-up ids must not become a flood of lines.
      tally.count('refusedLogins', `${address} ${username ?? ''}`, 'refused a login', {
        account: username ?? '',
        address,
        client: client.id,
        reason,
      });
      refusals.add({
        timeMs: clock.now(),
        account: username ?? '',
        clientId: asked?.clientId ?? '',
        address,
        reason: refusal,
      });
      onLogin({ username: username ?? '', accepted: false });
      done(Object.assign(new Error(reason), { returnCode }), null);
    };
    if (asked === undefined || unusableId(asked.clientId, client.clean)) {
      refuse(identifierRejected, 'client-id-unusable');
      return;
    }
    if (username === undefined || username === '' || password === undefined) {
      refuse(badUserNameOrPassword, 'anonymous');
      return;
    }
    accounts.judge(username, password.toString('utf8'), sessions.originOf(client).address).then(
      ({ account, refusal }) => {
        if (account === undefined) {
          refuse(badUserNameOrPassword, refusal);
        } else if (sessions.isTaken(client.id, account.username)) {
          refuse(identifierRejected, 'client-id-taken');
        } else if (asked.will !== undefined && !mayPublish(account, asked.will)) {
          refuse(notAuthorized, 'no-right-for-will');
        } else if (!client.closed) {
          sessions.loggedIn(client, account, asked, () => onGone(client));
          onLogin({ username, accepted: true });
          done(null, true);
        }
      },
      (error: unknown) => {
        log.error('the accounts cannot be read', { error });
        refuse(serverUnavailable, 'accounts-unreadable');
      },
    );
  }
}

/** MQTT 3.1.1, sections 1.5.3 (no U+0000) and 3.1.3.1 (an empty id only with a clean session). */
function unusableId(id: string, clean: boolean): boolean {
  return id.length > longestClientId || id.includes('\0') || (id === '' && !clean);
}
