import { readdir, readFile, stat } from 'node:fs/promises';
import { release, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SystemFacts, SystemName } from './evidence.ts';

const knownTakers = ['brltty', 'ModemManager'];

/**
 * What the doctor wants to know of this computer. Reads files only; what cannot be read is left out.
 *
 * @param root of the file system
 */
export async function readSystemFacts(root = '/'): Promise<SystemFacts> {
  const at = (path: string): string => join(root, path);
  const system = systemName();
  const user = userInfo().username;
  const osRelease = await text(at('etc/os-release'));
  const groupFile = parseGroups(await text(at('etc/group')));
  const ids = new Set(process.getgroups?.() ?? []);
  return {
    system,
    release: Number.parseInt(release(), 10),
    distribution: parseDistribution(osRelease),
    user,
    groups: groupFile.filter(({ id }) => ids.has(id)).map(({ name }) => name),
    accountGroups: groupFile.filter(({ members }) => members.includes(user)).map(({ name }) => name),
    confinement: system === 'linux' ? await confinement(at) : null,
    running: system === 'linux' ? await runningTakers(at('proc')) : [],
  };
}

export function systemName(): SystemName {
  if (process.platform === 'win32') return 'windows';
  return process.platform === 'darwin' ? 'darwin' : 'linux';
}

/** `ID` and `ID_LIKE` of os-release(5), the nearest first. */
export function parseDistribution(osRelease: string): readonly string[] {
  const value = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ?? '';
  return `${value('ID')} ${value('ID_LIKE')}`.split(' ').filter((id) => id !== '');
}

/** group(5): `name:password:id:member,member`. */
export function parseGroups(
  file: string,
): readonly { readonly name: string; readonly id: number; readonly members: readonly string[] }[] {
  return file
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length === 4)
    .map(([name = '', , id = '', members = '']) => ({ name, id: Number(id), members: members.split(',') }));
}

/** The group that owns a device, by name; `null` where that cannot be known. */
export async function deviceGroup(path: string, root = '/'): Promise<string | null> {
  const owner = await stat(path).catch(() => undefined);
  if (owner === undefined) return null;
  return parseGroups(await text(join(root, 'etc/group'))).find(({ id }) => id === owner.gid)?.name ?? null;
}

async function confinement(at: (path: string) => string): Promise<SystemFacts['confinement']> {
  if (await exists(at('.flatpak-info'))) return 'flatpak';
  if (process.env['SNAP'] !== undefined) return 'snap';
  if (/microsoft/i.test(await text(at('proc/version')))) return 'wsl';
  if ((await exists(at('.dockerenv'))) || (await exists(at('run/.containerenv')))) return 'container';
  const product = await text(at('sys/class/dmi/id/product_name'));
  return /virtualbox|vmware|qemu|kvm|virtual machine|parallels/i.test(product) ? 'vm' : null;
}

async function runningTakers(proc: string): Promise<readonly string[]> {
  const pids = (await readdir(proc).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const names = await Promise.all(pids.map(async (pid) => (await text(join(proc, pid, 'comm'))).trim()));
  return knownTakers.filter((name) => names.includes(name));
}

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
