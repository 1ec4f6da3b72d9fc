import { z } from 'zod';
import { accountRole, username } from '../../../shared/contract/broker.ts';
import { epochMs, mac } from '../../../shared/contract/common.ts';
import type { SharedAccounts } from '../embedded/broker/index.ts';

/**
 * Several installations may use one broker, each with accounts of its own. Whoever writes the broker's files tells in
 * comment lines of its rights file (mosquitto.conf(5), "acl_file": lines that begin with `#`) which account came
 * about when and which is gone since when, so that the next one takes over instead of revoking.
 */
export interface AccountRegister {
  /** Who wrote it. */
  readonly installation: string;
  readonly shared: SharedAccounts;
  /** With which the installations themselves connect. */
  readonly applications: readonly ApplicationAccount[];
}

export interface ApplicationAccount {
  readonly username: string;
  readonly hash: string;
}

const accountLine = z.object({
  username,
  role: accountRole,
  mac: mac.nullable(),
  createdMs: epochMs,
  changedMs: epochMs,
});
const removedLine = z.object({ username, removedMs: epochMs });
const applicationLine = z.object({ username });
const writerForm = /^# DataYoti Field, installation (\S+)$/;

/** Comment lines; the hashes are in the password file alone. */
export function registerLines({ installation, shared, applications }: AccountRegister): readonly string[] {
  return [
    `# DataYoti Field, installation ${installation}`,
    ...shared.accounts.map((account) => `# account ${JSON.stringify(accountLine.parse(account))}`),
    ...shared.removed.map((removed) => `# removed ${JSON.stringify(removed)}`),
    ...applications.map(({ username: name }) => `# application ${JSON.stringify({ username: name })}`),
  ];
}

/**
 * `undefined` where no installation of ours wrote the files.
 *
 * @param rights the rights file
 * @param passwords the password file, `name:hash` in each line
 */
export function readRegister(rights: string, passwords: string): AccountRegister | undefined {
  const lines = rights.split('\n');
  const installation = lines.map((line) => writerForm.exec(line)?.[1]).find((id) => id !== undefined);
  if (installation === undefined) return undefined;
  const hashes = new Map(
    passwords.split('\n').flatMap((line): [string, string][] => {
      const at = line.indexOf(':');
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const all = <T>(word: string, schema: z.ZodType<T>): readonly T[] =>
    lines
      .filter((line) => line.startsWith(`# ${word} {`))
      .flatMap((line) => {
        const read = schema.safeParse(parse(line.slice(word.length + 3)));
        return read.success ? [read.data] : [];
      });
  const withHash = <T extends { readonly username: string }>(item: T): readonly (T & { hash: string })[] => {
    const hash = hashes.get(item.username);
    return hash === undefined ? [] : [{ ...item, hash }];
  };
  return {
    installation,
    shared: {
      accounts: all('account', accountLine).flatMap(withHash),
      removed: all('removed', removedLine),
    },
    applications: all('application', applicationLine).flatMap(withHash),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
