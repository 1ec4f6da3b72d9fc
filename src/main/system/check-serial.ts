import { access, constants, readdir, readFile } from 'node:fs/promises';
import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

/** The groups that own serial ports: Debian and most others, Arch. */
const serialGroups = ['dialout', 'uucp'];
const joinGroup = 'sudo usermod -aG dialout "$USER", then log in again.';

/** May this account open boards? Where none is plugged in, by its groups. */
export async function checkSerial(): Promise<CheckResult> {
  if (process.platform !== 'linux')
    return result('serial.permission', 'note', 'Serial ports need no special permission on this system.');
  const names = (await readdir('/dev').catch(() => [])).filter((name) => /^tty(USB|ACM)\d+$/.test(name));
  const denied: string[] = [];
  for (const name of names)
    await access(`/dev/${name}`, constants.R_OK | constants.W_OK).catch(() => denied.push(name));
  if (denied.length > 0)
    return result('serial.permission', 'warn', `This account may not open ${denied.join(', ')}.`, joinGroup, {
      ports: denied.join(', '),
    });
  if (names.length > 0)
    return result('serial.permission', 'ok', `${names.join(', ')} can be opened.`, null, {
      ports: names.join(', '),
    });
  return (await isInSerialGroup())
    ? result('serial.permission', 'ok', 'No board is plugged in; this account may open one.')
    : result(
        'serial.permission',
        'note',
        'No board is plugged in, and this account may not open one.',
        joinGroup,
      );
}

async function isInSerialGroup(): Promise<boolean> {
  if (process.getuid?.() === 0) return true;
  const own = new Set(process.getgroups?.() ?? []);
  const lines = (await readFile('/etc/group', 'utf8').catch(() => '')).split('\n');
  return lines.some((line) => {
    const [name, , id] = line.split(':');
    return serialGroups.includes(name ?? '') && own.has(Number(id));
  });
}
