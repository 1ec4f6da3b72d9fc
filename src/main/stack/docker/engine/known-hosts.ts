import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** One line of a known-hosts file (format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
interface KnownHost {
  readonly marker: string | null;
  readonly hosts: string;
  readonly type: string;
  /** Base64, as written. */
  readonly key: string;
}

export type HostKeyVerdict = 'known' | 'unknown' | 'changed';

/** As `ssh-keygen -l` shows it: `SHA256:` and base64 without padding. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/u, '')}`;
}

/** The name of a host as known-hosts files have it: with its port where that is not 22. */
export function knownHostName(host: string, port: number): string {
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The type inside a public key (RFC 4253 section 6.6: a length and a name come first). */
export function keyType(key: Buffer): string {
  return key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

export function knownHostLine(host: string, port: number, key: Buffer): string {
  return `${knownHostName(host, port)} ${keyType(key)} ${key.toString('base64')}\n`;
}

/** What known-hosts files say of hosts and their keys. */
export class KnownHosts {
  readonly #hosts: readonly KnownHost[];

  constructor(texts: readonly string[]) {
    this.#hosts = texts.flatMap((text) => text.split(/\r?\n/u).flatMap(parseLine));
  }

  /**
   * A host of which another key is known is `changed`, also where the key is of another type: we ask for the types
   * that are known (`types`), so a host that still has its old key shows that one.
   */
  verdict(host: string, port: number, key: Buffer): HostKeyVerdict {
    const entries = this.#of(host, port);
    const same = (entry: KnownHost): boolean => entry.key === key.toString('base64');
    if (entries.some((entry) => entry.marker === '@revoked' && same(entry))) return 'changed';
    const own = entries.filter(({ marker }) => marker === null);
    if (own.some(same)) return 'known';
    return own.length === 0 ? 'unknown' : 'changed';
  }

  types(host: string, port: number): readonly string[] {
    const own = this.#of(host, port).filter(({ marker }) => marker === null);
    return [...new Set(own.map(({ type }) => type))];
  }

  #of(host: string, port: number): readonly KnownHost[] {
    const name = knownHostName(host, port).toLowerCase();
    return this.#hosts.filter(({ hosts }) => matches(hosts, name));
  }
}

/** The text without the lines of that host; hosts that share a line with it go too. */
export function withoutHost(text: string, host: string, port: number): string {
  const name = knownHostName(host, port).toLowerCase();
  return text
    .split(/(?<=\n)/u)
    .filter((line) => !parseLine(line).some(({ hosts }) => matches(hosts, name)))
    .join('');
}

function parseLine(line: string): readonly KnownHost[] {
  const fields = line.trim().split(/\s+/u);
  if (fields[0] === undefined || fields[0] === '' || fields[0].startsWith('#')) return [];
  const marker = fields[0].startsWith('@') ? fields[0] : null;
  const [hosts, type, key] = marker === null ? fields : fields.slice(1);
  return hosts === undefined || type === undefined || key === undefined ? [] : [{ marker, hosts, type, key }];
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) return matchesHash(hosts, name);
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1)).test(name))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && glob(pattern).test(name));
}

/** `|1|salt|HMAC-SHA1(salt, name)`, both in base64. */
function matchesHash(hosts: string, name: string): boolean {
  const [, , salt, hash] = hosts.split('|');
  if (salt === undefined || hash === undefined) return false;
  const expected = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest();
  const given = Buffer.from(hash, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function glob(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${text}$`, 'u');
}
