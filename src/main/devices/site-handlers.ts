import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Database } from '../storage/index.ts';
import { loadBoard, loadSites, loadZones } from '../storage/queries/board-snapshot.ts';
import * as changes from '../storage/queries/device-changes.ts';
import type { DeviceBoard } from './device-board.ts';
import { refuseCrossedLimits, requireSite, unknownSite } from './place-checks.ts';

/** What a person decides about sites and their zones. */
export function siteHandlers(
  database: () => Database,
  board: DeviceBoard,
): Pick<Handlers['devices'], 'createSite' | 'updateSite' | 'saveZone' | 'removeZone'> {
  return {
    createSite: async (site) => {
      const owner = database();
      if (
        !(await owner.transaction((connection) => changes.insertSite(connection, { ...site, demo: false })))
      ) {
        throw new AppError('site.exists', `There is a site ${site.ref} already.`, { siteRef: site.ref });
      }
      board.replaceLists({ sites: await loadSites(owner) });
      return {};
    },

    updateSite: async (site) => {
      const owner = database();
      if (!(await changes.updateSite(owner, site))) throw unknownSite(site.ref);
      board.replaceLists({ sites: await loadSites(owner) });
      return {};
    },

    saveZone: async (zone) => {
      refuseCrossedLimits(zone.temperatureMin, zone.temperatureMax, 'temperature');
      refuseCrossedLimits(zone.humidityMin, zone.humidityMax, 'humidity');
      const owner = database();
      await requireSite(owner, zone.siteRef);
      const id = await changes.saveZone(owner, zone);
      if (id === undefined)
        throw new AppError('request.invalid', 'That zone does not exist any more.', { field: 'id' });
      board.replaceLists({ zones: await loadZones(owner) });
      return { id };
    },

    removeZone: async ({ id }) => {
      const owner = database();
      await changes.removeZone(owner, id);
      board.load(await loadBoard(owner));
      return {};
    },
  };
}
