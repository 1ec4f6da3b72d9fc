import type { LoginRefusal, RefusedLogin } from '../../../../shared/contract/traffic-parts.ts';

const kept = 200;
const longest = 300;

/** The last refused logins, the newest first; the same one again only counts. */
export class RefusedLogins {
  readonly #logins = new Map<string, RefusedLogin>();

  add(login: Omit<RefusedLogin, 'times'>): void {
    const account = login.account.slice(0, longest);
    const clientId = login.clientId.slice(0, longest);
    const key = JSON.stringify([account, clientId, login.address, login.reason]);
    const times = (this.#logins.get(key)?.times ?? 0) + 1;
    this.#logins.delete(key);
    this.#logins.set(key, { ...login, account, clientId, times });
    const oldest = this.#logins.size > kept ? this.#logins.keys().next().value : undefined;
    if (oldest !== undefined) this.#logins.delete(oldest);
  }

  list(): readonly RefusedLogin[] {
    return [...this.#logins.values()].reverse();
  }
}

/** In words, for the log and for the client. */
export const refusalTexts: Readonly<Record<LoginRefusal, string>> = {
  anonymous: 'no account given',
  'unknown-account': 'unknown account',
  'wrong-password': 'wrong password',
  'too-many-attempts': 'too many wrong passwords',
  'client-id-unusable': 'client id not usable',
  'client-id-taken': 'client id belongs to another account',
  'no-right-for-will': 'last will on a topic that is not its own',
  'accounts-unreadable': 'accounts unreadable',
};
