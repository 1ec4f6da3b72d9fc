import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import {
  defaultThresholds,
  effectiveThresholds,
  thresholdFault,
  type Thresholds,
} from '../../shared/domain/device-health/thresholds.ts';
import type { Database, Queryable } from '../storage/index.ts';
import { siteExists, writeAudit } from '../storage/queries/device-changes.ts';
import { allThresholds, saveThresholds, thresholdsOfSite } from '../storage/queries/health-settings.ts';

/** Of each site that has some of its own, whole. */
export async function loadThresholds(connection: Queryable): Promise<ReadonlyMap<string, Thresholds>> {
  const stored = await allThresholds(connection);
  return new Map(stored.map(({ siteRef, own }) => [siteRef, effectiveThresholds(own)]));
}

/** What a site's thresholds are, and changing them. */
export function thresholdHandlers(
  database: () => Database,
  changed: (thresholds: ReadonlyMap<string, Thresholds>) => void,
): Pick<Handlers['health'], 'thresholds' | 'saveThresholds'> {
  return {
    thresholds: async ({ siteRef }) => {
      const owner = database();
      const own = await owner.transaction(async (connection) => {
        await requireSite(connection, siteRef);
        return thresholdsOfSite(connection, siteRef, { lock: false });
      });
      return { own, effective: effectiveThresholds(own), defaults: defaultThresholds };
    },

    saveThresholds: async ({ siteRef, own }) => {
      const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
      const fault = thresholdFault(effectiveThresholds(said));
      if (fault !== null)
        throw new AppError('health.bad-thresholds', `The thresholds contradict each other: ${fault}.`, {
          field: fault,
        });
      const owner = database();
      await owner.transaction(async (connection) => {
        await requireSite(connection, siteRef);
        const before = await thresholdsOfSite(connection, siteRef, { lock: true });
        await saveThresholds(connection, siteRef, said);
        await writeAudit(connection, 'health.thresholds', siteRef, { before, own: said });
      });
      changed(await loadThresholds(owner));
      return {};
    },
  };
}

export async function requireSite(connection: Queryable, siteRef: string): Promise<void> {
  if (!(await siteExists(connection, siteRef)))
    throw new AppError('site.unknown', `There is no site ${siteRef}.`, { siteRef });
}
