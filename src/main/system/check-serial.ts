import type { CheckResult } from '../../shared/contract/system.ts';
import { result } from './check-result.ts';

/** What is known of the rights of this account on serial ports. */
export interface SerialAccess {
  readonly ports: readonly string[];
  readonly denied: readonly string[];
  /** Why it may not; `null` where it may, or needs no right. */
  readonly symptom: string | null;
  readonly command: string | null;
}

/** May this account open boards? Where none is plugged in, by its groups. */
export async function checkSerial(
  serialAccess: () => Promise<SerialAccess>,
  platform: NodeJS.Platform = process.platform,
): Promise<CheckResult> {
  if (platform !== 'linux')
    return result(
      'serial.permission',
      'serial-no-right-needed',
      'note',
      'Serial ports need no special permission on this system.',
    );
  const access = await serialAccess();
  const [ports, denied] = [access.ports.join(', '), access.denied.join(', ')];
  if (denied !== '')
    return result(
      'serial.permission',
      `serial-denied-${access.symptom ?? ''}`,
      'warn',
      `This account may not open ${denied}.`,
      remedy(access),
      { ports: denied, command: access.command },
    );
  if (access.symptom !== null)
    return result(
      'serial.permission',
      `serial-may-not-${access.symptom}`,
      'note',
      'No board is plugged in, and this account may not open one.',
      remedy(access),
      { command: access.command },
    );
  return ports === ''
    ? result('serial.permission', 'serial-may', 'ok', 'No board is plugged in; this account may open one.')
    : result('serial.permission', 'serial-can', 'ok', `${ports} can be opened.`, null, { ports });
}

function remedy({ symptom, command }: SerialAccess): string | null {
  if (symptom === 'permission-relogin') return 'Log in again: the account is in the right group by now.';
  if (command === null) return null;
  if (symptom === 'permission-rule') return `${command}, then plug it in again.`;
  return symptom === 'permission-group' ? `${command}, then log in again.` : command;
}
