import { join } from 'node:path';
import type { Command } from 'commander';
import { accountRole, username as usernameForm } from '../../../shared/contract/broker.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { systemClock } from '../../foundation/clock.ts';
import { AccountStore } from '../../stack/index.ts';
import { argument, dataFolder, passwordFrom, show, withCommon, type Common } from './answer.ts';

const passwordVariable = 'DATAYOTI_ACCOUNT_PASSWORD';
const store = (options: Common): AccountStore =>
  new AccountStore(join(dataFolder(options), 'broker', 'accounts.json'), systemClock);

/** `accounts ...`: who may talk to the embedded broker. A password that was given is never repeated. */
export function addAccountCommands(program: Command): void {
  const accounts = program.command('accounts').description('who may talk to the embedded broker');
  withCommon(accounts.command('list')).action(async (options: Common) => {
    const items = await store(options).list();
    const lines = items.map(({ username, role, mac }) => [username, role, mac ?? ''].join('  ').trimEnd());
    show(options, { items }, lines);
  });
  withCommon(accounts.command('add <username>'))
    .requiredOption('--role <role>', `one of ${accountRole.options.join(', ')}`)
    .option('--mac <address>', 'the device of a device account')
    .option(
      '--password-file <file>',
      `file with the password (or ${passwordVariable}); without it one is made`,
    )
    .action(async (name: string, options: Common & { role: string; mac?: string; passwordFile?: string }) => {
      const role = argument(accountRole, options.role, '--role');
      const mac = deviceOf(options.mac, role === 'device');
      const username = argument(usernameForm, name, 'username');
      const given = await passwordFrom(options.passwordFile, passwordVariable);
      const { account, password } = await store(options).create({
        username,
        role,
        mac,
        password: given ?? '',
      });
      show(options, { account, ...(given === undefined ? { password } : {}) }, [
        `Account ${account.username} is there.`,
        ...(given === undefined ? [`Password, shown once: ${password}`] : []),
      ]);
    });
  withCommon(accounts.command('password <username>'))
    .option(
      '--password-file <file>',
      `file with the new password (or ${passwordVariable}); without it one is made`,
    )
    .action(async (name: string, options: Common & { passwordFile?: string }) => {
      const given = await passwordFrom(options.passwordFile, passwordVariable);
      const password = await store(options).setPassword(name, given ?? '');
      if (given === undefined) show(options, { password }, [`Password, shown once: ${password}`]);
      else show(options, {}, ['Changed.']);
    });
  withCommon(accounts.command('remove <username>')).action(async (name: string, options: Common) => {
    await store(options).remove(name);
    show(options, {}, ['Removed.']);
  });
}

function deviceOf(text: string | undefined, needed: boolean): string | null {
  const mac = text === undefined ? undefined : parseMacAddress(text);
  if (text !== undefined && mac === undefined)
    throw new AppError('request.invalid', '--mac: that is no MAC address.', { field: 'mac' });
  if (needed && mac === undefined)
    throw new AppError('request.invalid', 'A device account needs --mac.', { field: 'mac' });
  return mac ?? null;
}
