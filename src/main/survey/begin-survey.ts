import { randomUUID } from 'node:crypto';
import type { Handlers } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { effectiveThresholds } from '../../shared/domain/device-health/thresholds.ts';
import { allTemplates } from '../../shared/domain/survey-checklists.ts';
import type { Queryable } from '../storage/index.ts';
import { loadSites, loadZones } from '../storage/queries/board-snapshot.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import { thresholdsOfSite } from '../storage/queries/health-settings.ts';
import { loadTemplates } from '../storage/queries/survey-files.ts';
import { putParts } from '../storage/queries/survey-parts.ts';
import { insertSurvey } from '../storage/queries/surveys.ts';
import { firstParts } from './new-survey.ts';

/** A new survey with what is known of its site. @returns its id. @throws AppError `site.unknown` */
export async function beginSurvey(
  connection: Queryable,
  wish: Parameters<Handlers['survey']['create']>[0],
  nowMs: number,
): Promise<string> {
  const id = randomUUID();
  const { siteRef } = wish;
  const site = (await loadSites(connection)).find(({ ref }) => ref === siteRef);
  if (siteRef !== null && site === undefined)
    throw new AppError('site.unknown', `There is no site ${siteRef}.`, { siteRef });
  const own = siteRef === null ? {} : await thresholdsOfSite(connection, siteRef, { lock: false });
  const zones = (await loadZones(connection)).filter((zone) => zone.siteRef === siteRef);
  const template = allTemplates(await loadTemplates(connection)).find(
    ({ siteType, language }) => siteType === wish.siteType && language === wish.language,
  );
  const { rssiWatchDbm: rssiLeastDbm } = effectiveThresholds(own);
  await insertSurvey(connection, {
    id,
    rootId: id,
    revision: 1,
    correctsId: null,
    correctionReason: '',
    state: 'open',
    createdMs: nowMs,
    updatedMs: nowMs,
    finishedMs: null,
    dataSha256: null,
  });
  await putParts(connection, id, firstParts(id, wish, { site, zones, rssiLeastDbm, template }), nowMs);
  await writeAudit(connection, 'survey.create', id, { title: wish.title, siteRef });
  return id;
}
