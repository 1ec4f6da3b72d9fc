import { useCallback } from 'react';
import type { BatchSettings } from '../../../shared/contract/provisioning.ts';
import { useBoard, useClient } from '../../app/live.ts';
import { boardsOf, type BoardRow } from './board-rows.ts';
import { settingsOf } from './form-state.ts';
import { useProvision } from './provision-store.ts';
import type { ProvisionFacts } from './use-facts.ts';

/** Flashes the selected boards and goes on to their lanes. */
export function useStart(facts: ProvisionFacts): () => Promise<void> {
  const client = useClient();
  const { form, go, select, forgetDrafts } = useProvision();
  return useCallback(async () => {
    const addresses = facts.boards.map((board) => board.address);
    await client.provisioning.start({
      boards: [...facts.boards],
      settings: settingsOf(form, facts.networks),
      profileId: form.profileId,
    });
    select(addresses, false);
    forgetDrafts(addresses);
    go('flash');
  }, [client, facts, form, go, select, forgetDrafts]);
}

const anyPort: BoardRow['port'] = {
  id: '',
  address: '',
  kind: 'other',
  usb: null,
  chip: null,
  maker: null,
  likelyBoard: true,
  nativeUsb: false,
  label: null,
  sinceMs: 0,
};

/** Turns "start when plugged in" on, counting on from the site's last name, or off. */
export function useStartAuto(): (on: boolean, settings: BatchSettings, lock: boolean) => Promise<void> {
  const client = useClient();
  const devices = useBoard()?.devices;
  const { form, go } = useProvision();
  return useCallback(
    async (on, settings, lock) => {
      const [next] = boardsOf(
        [{ port: anyPort, look: undefined, job: undefined, device: undefined, kind: 'blank' }],
        // Lines of the roster are given out by the other side, board by board.
        { siteRef: form.siteRef, drafts: {}, devices: [...(devices?.values() ?? [])], roster: [] },
      );
      if (next === undefined) return;
      const { address: _address, ...template } = next;
      await client.provisioning.setAutoStart({
        on,
        settings: on ? settings : null,
        profileId: form.profileId,
        template: on ? template : null,
        lock,
      });
      if (on) go('flash');
    },
    [client, devices, form.siteRef, form.profileId, go],
  );
}

/** The same with the settings as they stand. */
export function useAutoSwitch(facts: ProvisionFacts): (on: boolean) => Promise<void> {
  const start = useStartAuto();
  const { form } = useProvision();
  return (on) => start(on, settingsOf(form, facts.networks), facts.state.locked);
}
