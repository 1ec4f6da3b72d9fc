import { randomUUID } from 'node:crypto';
import type { SurveySignature } from '../../shared/contract/survey-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import { listFiles } from '../storage/queries/survey-files.ts';
import { loadParts, putParts, removeSteps } from '../storage/queries/survey-parts.ts';
import {
  correctionOf,
  deleteSurvey,
  finishSurvey,
  insertSurvey,
  lockSurvey,
  type SurveyHead,
} from '../storage/queries/surveys.ts';
import type { Queryable } from '../storage/index.ts';
import { running } from './change-parts.ts';
import { loadDocument, surveyDataSha256 } from './survey-document.ts';
import { finished, unknownSurvey, type SurveyStore } from './survey-store.ts';

/** Signing, finishing and correcting: from when on data does not change any more. */
export class Revisions {
  readonly #store: SurveyStore;
  readonly #clock: Clock;

  constructor(store: SurveyStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** @throws AppError as `survey.sign` says */
  async sign(
    surveyId: string,
    { role, name, position, fileId }: Pick<SurveySignature, 'role' | 'name' | 'position' | 'fileId'>,
  ): Promise<string> {
    let dataSha256 = '';
    await this.#store.edit(surveyId, async (parts, connection, { rootId }) => {
      if (parts.all('recording').some(({ state }) => state === 'running')) throw running();
      const files = await listFiles(connection, rootId);
      if (!files.some(({ id, kind }) => id === fileId && kind === 'signature'))
        throw new AppError('survey.file-unknown', 'That drawing is not in the survey.', { fileId });
      dataSha256 = surveyDataSha256(await loadDocument(connection, surveyId));
      for (const other of parts.all('signature')) if (other.role === role) parts.remove(other);
      const signedMs = this.#clock.now();
      const signature: SurveySignature = {
        kind: 'signature',
        id: randomUUID(),
        role,
        name,
        position,
        signedMs,
        fileId,
        dataSha256,
      };
      parts.put(signature);
      await writeAudit(connection, 'survey.sign', surveyId, { role, name, dataSha256 });
      return 'sign';
    });
    return dataSha256;
  }

  /** @throws AppError as `survey.finish` says */
  async finish(surveyId: string): Promise<string> {
    const dataSha256 = await this.#store.database.transaction(async (connection) => {
      await this.#openOne(connection, surveyId);
      const document = await loadDocument(connection, surveyId);
      if (document.parts.some((part) => part.kind === 'recording' && part.state === 'running'))
        throw running();
      const hash = surveyDataSha256(document);
      await finishSurvey(connection, surveyId, this.#clock.now(), hash);
      await removeSteps(connection, surveyId);
      await writeAudit(connection, 'survey.finish', surveyId, { dataSha256: hash });
      return hash;
    });
    this.#store.tell({ surveyId, put: [], removed: [] });
    return dataSha256;
  }

  /** @throws AppError as `survey.correct` says */
  async correct(surveyId: string, reason: string): Promise<string> {
    const id = randomUUID();
    const nowMs = this.#clock.now();
    await this.#store.database.transaction(async (connection) => {
      const head = await this.#lock(connection, surveyId);
      if (head.state !== 'finished')
        throw new AppError('survey.not-finished', 'The survey is still open.', { id: surveyId });
      await refuseCorrected(connection, surveyId);
      await insertSurvey(connection, {
        id,
        rootId: head.rootId,
        revision: head.revision + 1,
        correctsId: surveyId,
        correctionReason: reason,
        state: 'open',
        createdMs: nowMs,
        updatedMs: nowMs,
        finishedMs: null,
        dataSha256: null,
      });
      const parts = await loadParts(connection, surveyId);
      await putParts(
        connection,
        id,
        parts.filter(({ kind }) => kind !== 'signature'),
        nowMs,
      );
      await writeAudit(connection, 'survey.correct', surveyId, { by: id, reason });
    });
    return id;
  }

  /** @throws AppError as `survey.remove` says */
  async remove(surveyId: string): Promise<void> {
    await this.#store.database.transaction(async (connection) => {
      const head = await this.#lock(connection, surveyId);
      await refuseCorrected(connection, surveyId);
      await deleteSurvey(connection, head);
      await writeAudit(connection, 'survey.remove', surveyId, { revision: head.revision });
    });
    this.#store.tell({ surveyId, put: [], removed: [] });
  }

  async #openOne(connection: Queryable, surveyId: string): Promise<SurveyHead> {
    const head = await this.#lock(connection, surveyId);
    if (head.state === 'finished') throw finished(surveyId);
    return head;
  }

  async #lock(connection: Queryable, surveyId: string): Promise<SurveyHead> {
    const head = await lockSurvey(connection, surveyId);
    if (head === undefined) throw unknownSurvey(surveyId);
    return head;
  }
}

/** A later revision names it: it stays for as long as that one does. */
async function refuseCorrected(connection: Queryable, surveyId: string): Promise<void> {
  const by = await correctionOf(connection, surveyId);
  if (by !== undefined)
    throw new AppError('survey.already-corrected', 'A newer revision names this one.', { id: by });
}
