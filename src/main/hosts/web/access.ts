import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { systemClock } from '../../foundation/clock.ts';
import { Sessions, sessionSeconds } from './sessions.ts';

const derive = promisify(scrypt) as (password: string, salt: Buffer, bytes: number) => Promise<Buffer>;
const sessionCookie = 'datayoti_session';
const linksAtMost = 20;
/** Wrong passphrases allowed in the window, from all addresses together. */
const wrongAllowed = 10;
const wrongWindowMs = 60_000;

/** Who may come in: one-time links, the passphrase where one is set, and the sessions that either opened. */
export class Access {
  readonly #sessions: Sessions;
  readonly #links = new Set<string>();
  readonly #passphrase: { salt: Buffer; hash: Promise<Buffer> } | undefined;
  #wrong: number[] = [];

  constructor(passphrase: string | undefined, sessions = new Sessions(systemClock)) {
    this.#sessions = sessions;
    if (passphrase === undefined) return;
    const salt = randomBytes(16);
    this.#passphrase = { salt, hash: derive(passphrase, salt, 32) };
  }

  get hasPassphrase(): boolean {
    return this.#passphrase !== undefined;
  }

  /** A token for a link that opens one session, once. */
  makeLink(): string {
    const token = randomBytes(32).toString('base64url');
    this.#links.add(digest(token));
    if (this.#links.size > linksAtMost) this.#links.delete([...this.#links][0] ?? '');
    return token;
  }

  /** @returns the `Set-Cookie` value, or `undefined` where the link was used before or never made */
  useLink(token: string, secure: boolean): string | undefined {
    return this.#links.delete(digest(token)) ? this.#openSession(secure) : undefined;
  }

  /** @returns the cookie, `'wrong'`, or `'wait'` after too many wrong ones */
  async usePassphrase(
    passphrase: string,
    secure: boolean,
    nowMs: number,
  ): Promise<{ cookie: string } | 'wrong' | 'wait'> {
    const expected = this.#passphrase;
    if (expected === undefined) return 'wrong';
    this.#wrong = this.#wrong.filter((at) => nowMs - at < wrongWindowMs);
    if (this.#wrong.length >= wrongAllowed) return 'wait';
    this.#wrong.push(nowMs);
    const actual = await derive(passphrase, expected.salt, 32);
    if (!timingSafeEqual(actual, await expected.hash)) return 'wrong';
    this.#wrong.pop();
    return { cookie: this.#openSession(secure) };
  }

  hasSession(cookieHeader: string | undefined): boolean {
    const token = cookieValue(cookieHeader, sessionCookie);
    return token !== undefined && this.#sessions.has(token);
  }

  #openSession(secure: boolean): string {
    const token = randomBytes(32).toString('base64url');
    this.#sessions.add(token);
    return `${sessionCookie}=${token}; Path=/; Max-Age=${sessionSeconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }
}

/**
 * Is the `Host` header one of ours? A page elsewhere whose name was made to point at 127.0.0.1 (DNS rebinding)
 * sends its own name.
 */
export function hostIsOurs(host: string | undefined, allowed: ReadonlySet<string>): boolean {
  return host !== undefined && allowed.has(host.toLowerCase());
}

/** A browser sends `Origin` with every WebSocket and every form; it must name this very page. */
export function originIsOurs(origin: string | undefined, host: string | undefined, secure: boolean): boolean {
  return (
    origin !== undefined &&
    host !== undefined &&
    origin.toLowerCase() === `${secure ? 'https' : 'http'}://${host.toLowerCase()}`
  );
}

function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const part of header?.split(';') ?? []) {
    const [key, value] = part.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
