import { isAppError } from '../../shared/domain/app-error.ts';
import type { BrokerAccounts } from '../provisioning/index.ts';
import type { AccountStore } from '../stack/index.ts';

/** The broker account of a board is told by its address, so that it is found again without a list. */
export function boardAccountName(mac: string): string {
  return `sensor-${mac.replaceAll(':', '')}`;
}

/** Accounts of boards: one each, with rights to its own topics and a password that only the board has. */
export function boardAccounts(
  accounts: AccountStore,
  disconnect: (username: string) => void,
): BrokerAccounts {
  const remove = async (username: string): Promise<void> => {
    try {
      await accounts.remove(username);
    } catch (error) {
      if (!isAppError(error, 'broker.account-unknown')) throw error;
    }
    disconnect(username);
  };
  return {
    stillValid: async (mac, username, password) =>
      (await accounts.verify(username, password))?.mac === mac && username === boardAccountName(mac),
    create: async (mac) => {
      const username = boardAccountName(mac);
      await remove(username);
      const { password } = await accounts.create({ username, role: 'device', mac, password: '' });
      return { username, password };
    },
    revoke: (mac) => remove(boardAccountName(mac)),
  };
}
