import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { accountRole, type Account, type AccountRole } from '../../../../shared/contract/broker.ts';
import { mac } from '../../../../shared/contract/common.ts';
import { AppError } from '../../../../shared/domain/app-error.ts';
import type { MacAddress } from '../../../../shared/domain/mac-address.ts';
import { writeFileAtomically } from '../../../foundation/atomic-file.ts';
import type { Clock } from '../../../foundation/clock.ts';
import { SerialQueue } from '../../../foundation/serial-queue.ts';
import { GuessLimit } from './guess-limit.ts';
import { generatePassword, hashPassword, VerifiedPasswords } from './password-hash.ts';

const storedAccount = z.object({
  username: z.string(),
  hash: z.string(),
  role: accountRole,
  mac: mac.nullable(),
  createdMs: z.number(),
  /** Of the account or its password; absent where it never was. */
  changedMs: z.number().optional(),
});
const removedAccount = z.object({ username: z.string(), removedMs: z.number() });
const accountFile = z.object({
  version: z.literal(1),
  accounts: z.array(storedAccount),
  /** So that another installation that still has one learns that it is gone. */
  removed: z.array(removedAccount).default([]),
});
type StoredAccount = z.infer<typeof storedAccount>;
type RemovedAccount = z.infer<typeof removedAccount>;

const mostRemoved = 2_000;

/** Accounts as installations that use one broker tell them to each other. */
export interface SharedAccounts {
  readonly accounts: readonly (Account & { readonly hash: string; readonly changedMs: number })[];
  readonly removed: readonly RemovedAccount[];
}

const lockWaitMs = 5_000;
const lockStaleMs = 30_000;
const lockPollMs = 20;

export interface NewAccount {
  readonly username: string;
  readonly role: AccountRole;
  readonly mac: string | null;
  /** Empty: one is made. */
  readonly password: string;
}

/**
 * Who may talk to the broker, hashed, in one file. The command line may change it while the application runs:
 * a changed file is read again before anybody is refused.
 */
export class AccountStore {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #queue = new SerialQueue();
  readonly #verified = new VerifiedPasswords();
  readonly #guesses: GuessLimit;
  readonly #afterChange = new Set<() => Promise<void>>();
  #accounts = new Map<string, StoredAccount>();
  #removed = new Map<string, number>();
  #stamp = '';

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#guesses = new GuessLimit(clock);
  }

  /** Runs after each change here and before it is told to be done: a broker elsewhere has to know it by then. */
  afterChange(work: () => Promise<void>): () => void {
    this.#afterChange.add(work);
    return () => {
      this.#afterChange.delete(work);
    };
  }

  async list(): Promise<readonly Account[]> {
    await this.#refresh();
    return [...this.#accounts.values()].map(publicPart);
  }

  /** With their passwords as Mosquitto's password file has them. */
  async hashed(): Promise<
    readonly (Pick<Account, 'username' | 'role' | 'mac'> & { readonly hash: string })[]
  > {
    await this.#refresh();
    return [...this.#accounts.values()].map(({ username, role, mac: of, hash }) => ({
      username,
      role,
      mac: of,
      hash,
    }));
  }

  /** All that another installation has to know to have the same accounts. */
  async shared(): Promise<SharedAccounts> {
    await this.#refresh();
    return {
      accounts: [...this.#accounts.values()].map((account) => ({
        ...publicPart(account),
        hash: account.hash,
        changedMs: changedMs(account),
      })),
      removed: [...this.#removed].map(([username, removedMs]) => ({ username, removedMs })),
    };
  }

  /**
   * Takes over what another installation did later than this one: accounts, passwords and removals. Nobody is told;
   * who merges writes the result where it belongs.
   */
  async merge({ accounts: theirs, removed: gone }: SharedAccounts): Promise<void> {
    await this.#refresh();
    const newer = theirs.filter(
      (account) =>
        account.changedMs > (this.#removed.get(account.username) ?? -1) &&
        account.changedMs > changedMs(this.#accounts.get(account.username)),
    );
    const removals = gone.filter(
      ({ username, removedMs }) =>
        removedMs > (this.#removed.get(username) ?? -1) &&
        removedMs > changedMs(this.#accounts.get(username)),
    );
    if (newer.length === 0 && removals.length === 0) return;
    await this.#store((accounts, removed) => {
      for (const { username, removedMs } of removals) {
        accounts.delete(username);
        removed.set(username, removedMs);
      }
      for (const account of newer) {
        accounts.set(account.username, account);
        removed.delete(account.username);
      }
    });
  }

  /**
   * The account, or `undefined` where name or password do not fit, or where `from` tried too many wrong ones
   * for this account (a password that fitted before is known at once and always let in).
   */
  async verify(username: string, password: string, from = ''): Promise<Account | undefined> {
    return (await this.judge(username, password, from)).account;
  }

  /** As `verify`, with why not. */
  async judge(username: string, password: string, from: string): Promise<Verdict> {
    await this.#refresh();
    const account = this.#accounts.get(username);
    if (account === undefined) return { account: undefined, refusal: 'unknown-account' };
    if (this.#verified.has(username, password, account.hash)) return { account: publicPart(account) };
    const key = `${from} ${username}`;
    // Connections that bring the same password at the same time share one look, and one try.
    const first = !this.#verified.isChecking(password, account.hash);
    if (first && !this.#guesses.take(key)) return { account: undefined, refusal: 'too-many-attempts' };
    if (!(await this.#verified.check(password, account.hash)))
      return { account: undefined, refusal: 'wrong-password' };
    if (first) this.#guesses.giveBack(key);
    this.#verified.add(username, password, account.hash);
    return { account: publicPart(account) };
  }

  /** @returns the password, made here where none was given. @throws AppError `broker.account-exists` */
  async create(wanted: NewAccount): Promise<{ account: Account; password: string }> {
    const password = wanted.password === '' ? generatePassword() : wanted.password;
    const account: StoredAccount = {
      username: wanted.username,
      role: wanted.role,
      mac: wanted.role === 'device' ? (wanted.mac as MacAddress | null) : null,
      hash: await hashPassword(password),
      createdMs: this.#clock.now(),
    };
    await this.#change((accounts, removed) => {
      if (accounts.has(account.username)) {
        throw new AppError('broker.account-exists', `There is an account ${account.username} already.`, {
          username: account.username,
        });
      }
      const gone = removed.get(account.username);
      removed.delete(account.username);
      // A clock may have been set back, or another machine's may be ahead.
      const after = gone === undefined ? {} : { changedMs: Math.max(account.createdMs, gone + 1) };
      accounts.set(account.username, { ...account, ...after });
    });
    return { account: publicPart(account), password };
  }

  /** @throws AppError `broker.account-unknown` */
  async setPassword(username: string, wanted: string): Promise<string> {
    const password = wanted === '' ? generatePassword() : wanted;
    const hash = await hashPassword(password);
    await this.#change((accounts) => {
      const before = existing(accounts, username);
      accounts.set(username, { ...before, hash, changedMs: this.#after(before) });
    });
    return password;
  }

  /** @throws AppError `broker.account-unknown` */
  async remove(username: string): Promise<void> {
    await this.#change((accounts, removed) => {
      removed.set(username, this.#after(existing(accounts, username)));
      accounts.delete(username);
    });
  }

  #after(account: StoredAccount): number {
    return Math.max(this.#clock.now(), changedMs(account) + 1);
  }

  async #change(work: Change): Promise<void> {
    await this.#store(work);
    // No change waits for this: who writes the accounts elsewhere may find there what it has to merge.
    await Promise.allSettled([...this.#afterChange].map((told) => told()));
  }

  #store(work: Change): Promise<void> {
    return this.#queue.run(async () => {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      const unlock = await lock(`${this.#path}.lock`);
      try {
        await this.#refresh();
        const next = new Map(this.#accounts);
        const gone = new Map(this.#removed);
        work(next, gone);
        const removed = [...gone].map(([username, removedMs]) => ({ username, removedMs }));
        removed.sort((a, b) => b.removedMs - a.removedMs);
        const content = { version: 1, accounts: [...next.values()], removed: removed.slice(0, mostRemoved) };
        await writeFileAtomically(this.#path, `${JSON.stringify(content, undefined, 2)}\n`);
        await this.#refresh();
      } finally {
        await unlock();
      }
    });
  }

  async #refresh(): Promise<void> {
    const info = await stat(this.#path).catch(() => undefined);
    const stamp = info === undefined ? '' : `${info.ino} ${info.mtimeMs} ${info.size}`;
    if (stamp === this.#stamp) return;
    if (info === undefined) {
      this.#accounts = new Map();
      this.#removed = new Map();
    } else {
      const parsed = accountFile.safeParse(parse(await readFile(this.#path, 'utf8')));
      if (!parsed.success) {
        throw new AppError(
          'file.unreadable',
          'The file with the broker accounts cannot be read.',
          { path: this.#path },
          parsed.error,
        );
      }
      this.#accounts = new Map(parsed.data.accounts.map((account) => [account.username, account]));
      this.#removed = new Map(parsed.data.removed.map(({ username, removedMs }) => [username, removedMs]));
    }
    this.#stamp = stamp;
  }
}

type Verdict =
  | { readonly account: Account; readonly refusal?: undefined }
  | {
      readonly account: undefined;
      readonly refusal: 'unknown-account' | 'wrong-password' | 'too-many-attempts';
    };

type Change = (accounts: Map<string, StoredAccount>, removed: Map<string, number>) => void;

/** Before everything for an account that is not there. */
function changedMs(account: StoredAccount | undefined): number {
  return account === undefined ? -1 : (account.changedMs ?? account.createdMs);
}

function publicPart({ username, role, mac: of, createdMs }: StoredAccount): Account {
  return { username, role, mac: of, createdMs };
}

function existing(accounts: ReadonlyMap<string, StoredAccount>, username: string): StoredAccount {
  const account = accounts.get(username);
  if (account === undefined)
    throw new AppError('broker.account-unknown', `There is no account ${username}.`, { username });
  return account;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A file that only one process can create; one that a killed process left is taken over after a while. */
async function lock(path: string): Promise<() => Promise<void>> {
  const deadline = Date.now() + lockWaitMs;
  for (;;) {
    try {
      const handle = await open(path, 'wx', 0o600);
      await handle.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const info = await stat(path).catch(() => undefined);
      if (info !== undefined && Date.now() - info.mtimeMs > lockStaleMs) await rm(path, { force: true });
      else if (Date.now() > deadline)
        throw new AppError('stack.busy', 'Another process is changing the accounts.', {}, error);
      await wait(lockPollMs);
    }
  }
}
