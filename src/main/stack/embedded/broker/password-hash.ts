import { createHmac, pbkdf2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);
/** Generated passwords are random; a person's own one is made slow to guess, yet a Raspberry Pi stays quick. */
const iterations = 20_000;
const keyBytes = 64;
const form = /^\$7\$(\d{1,7})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;
/** Without 0 O 1 l I 8 B: these passwords are also typed from paper. */
const alphabet = 'abcdefghijkmnopqrstuvwxyzACDEFGHJKLMNPQRSTUVWXYZ2345679';
const generatedLength = 20;

/** Mosquitto's own form, `$7$iterations$salt$hash` (PBKDF2-SHA512), so that its password file can take it over. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(12);
  const hash = await derive(password, salt, iterations, keyBytes, 'sha512');
  return `$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`;
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const found = form.exec(stored);
  if (found === null) return false;
  const [, rounds = '0', salt = '', hash = ''] = found;
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive(
    password,
    Buffer.from(salt, 'base64'),
    Number(rounds),
    expected.length,
    'sha512',
  );
  return timingSafeEqual(actual, expected);
}

export function generatePassword(): string {
  return Array.from({ length: generatedLength }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** Remembers that a password fitted, without keeping it: a thousand reconnecting boards cost one hash each. */
export class VerifiedPasswords {
  readonly #key = randomBytes(32);
  readonly #known = new Map<string, string>();
  readonly #running = new Map<string, Promise<boolean>>();

  has(username: string, password: string, stored: string): boolean {
    return this.#known.get(username) === this.#mark(password, stored);
  }

  add(username: string, password: string, stored: string): void {
    this.#known.set(username, this.#mark(password, stored));
  }

  isChecking(password: string, stored: string): boolean {
    return this.#running.has(this.#mark(password, stored));
  }

  /** Looks once at a password that many connections bring at the same time. */
  async check(password: string, stored: string): Promise<boolean> {
    const mark = this.#mark(password, stored);
    const running = this.#running.get(mark);
    if (running !== undefined) return running;
    const checking = verifyPassword(password, stored).finally(() => this.#running.delete(mark));
    this.#running.set(mark, checking);
    return checking;
  }

  #mark(password: string, stored: string): string {
    return createHmac('sha256', this.#key).update(stored).update('\0').update(password).digest('base64');
  }
}
