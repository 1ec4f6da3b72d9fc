import { isAppError } from '../../shared/domain/app-error.ts';
import type { BrokerAccounts } from '../provisioning/index.ts';
import type { AccountStore } from '../stack/index.ts';

/** The broker account of a board is told by its address, so that it is found again without a list. */
export function boardAccountName(mac: string): string {
  return `sensor-${mac.replaceAll(':', '')}`;
}

/**
 * Accounts of boards: one each, with rights to its own topics and a password that only the board has.
 *
 * @param shared the one account of all boards, while the stack in use has no other
 */
export function boardAccounts(
  accounts: AccountStore,
  disconnect: (username: string) => void,
  shared: () => { readonly username: string; readonly password: string } | undefined = () => undefined,
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
    stillValid: async (mac, username, password) => {
      const common = shared();
      if (common !== undefined) return username === common.username && password === common.password;
      return (await accounts.verify(username, password))?.mac === mac && username === boardAccountName(mac);
    },
    create: async (mac) => {
      const common = shared();
      if (common !== undefined) return common;
      const username = boardAccountName(mac);
      await remove(username);
      const { password } = await accounts.create({ username, role: 'device', mac, password: '' });
      return { username, password };
    },
    // What other boards have too cannot be taken from one.
    revoke: async (mac) => {
      if (shared() === undefined) await remove(boardAccountName(mac));
    },
  };
}
