import type { SurveyFile, SurveySummary, SurveyUpdate } from '../../shared/contract/survey.ts';
import type { SurveyPart, SurveyPartKey } from '../../shared/contract/survey-parts.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import type { Clock } from '../foundation/clock.ts';
import { Listeners } from '../foundation/listeners.ts';
import type { Database, Queryable } from '../storage/index.ts';
import { listFiles } from '../storage/queries/survey-files.ts';
import {
  insertStep,
  loadParts,
  newestStep,
  putParts,
  removeParts,
  takeStep,
} from '../storage/queries/survey-parts.ts';
import { getSurvey, lockSurvey, touchSurvey, type SurveyHead } from '../storage/queries/surveys.ts';
import { changeParts, dropSignatures, running, type WishedChange } from './change-parts.ts';
import { stepsMost } from './limits.ts';
import { PartMap } from './part-map.ts';
import { undoChange } from './undo-change.ts';

/** What of a survey changed; `null` where all of it may have. */
export interface SurveyNews {
  readonly surveyId: string;
  readonly put: readonly SurveyPart[];
  readonly removed: readonly SurveyPartKey[];
}

export interface Standing {
  readonly survey: SurveySummary;
  readonly undo: string | null;
}

/** Surveys in the database: each change is stored, with what takes it back, before anybody is told of it. */
export class SurveyStore {
  readonly #clock: Clock;
  readonly #news = new Listeners<SurveyNews>();
  #owner: Database | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  open(owner: Database): void {
    this.#owner = owner;
  }

  detach(): void {
    this.#owner = undefined;
  }

  /** @throws AppError `stack.not-running` */
  get database(): Database {
    if (this.#owner === undefined) throw new AppError('stack.not-running', 'The database is not running.');
    return this.#owner;
  }

  onNews(listener: (news: SurveyNews) => void): () => void {
    return this.#news.add(listener);
  }

  tell(news: SurveyNews): void {
    this.#news.tell(news);
  }

  /** @throws AppError `survey.unknown` */
  async standing(id: string, connection: Queryable = this.database): Promise<Standing> {
    const survey = await getSurvey(connection, id);
    if (survey === undefined) throw unknownSurvey(id);
    return { survey, undo: survey.state === 'finished' ? null : await newestStep(connection, id) };
  }

  /** @throws AppError `survey.unknown` */
  async whole(id: string): Promise<Standing & { readonly parts: readonly SurveyPart[] }> {
    return this.database.transaction(async (connection) => {
      await connection.query('set transaction isolation level repeatable read, read only');
      return { ...(await this.standing(id, connection)), parts: await loadParts(connection, id) };
    });
  }

  async files(rootId: string, connection: Queryable = this.database): Promise<readonly SurveyFile[]> {
    return listFiles(connection, rootId);
  }

  /** @throws AppError as `survey.change` says */
  async change(id: string, step: string, wished: WishedChange): Promise<void> {
    await this.edit(id, async (parts, connection, head) => {
      const needsFiles = wished.put.some(({ kind }) => kind === 'plan' || kind === 'photo');
      const files = needsFiles ? await listFiles(connection, head.rootId) : [];
      changeParts(parts, wished, (fileId) => files.find((file) => file.id === fileId));
      return step;
    });
  }

  /** @throws AppError `survey.nothing-to-undo`, `survey.finished`, `survey.recording-running`, `survey.unknown` */
  async undo(id: string): Promise<string> {
    let undone = '';
    await this.edit(id, async (parts, connection) => {
      const taken = await takeStep(connection, id);
      if (taken === undefined)
        throw new AppError('survey.nothing-to-undo', 'There is no change to take back.');
      undone = taken.step;
      if (parts.all('recording').some(({ state }) => state === 'running')) {
        const touched = taken.changes.some(({ before, after }) =>
          parts
            .all('recording')
            .some(({ state, pointId }) => state === 'running' && pointId === (before ?? after)?.id),
        );
        if (touched) throw running();
      }
      undoChange(parts, taken.changes);
      dropSignatures(parts);
      return null;
    });
    return undone;
  }

  /**
   * Changes an open survey in one transaction and tells of it.
   *
   * @param work changes the parts, and gives the name of the step that can be taken back; `null`: none can
   * @throws AppError `survey.unknown`, `survey.finished`, and what `work` throws
   */
  async edit(
    id: string,
    work: (parts: PartMap, connection: Queryable, head: SurveyHead) => Promise<string | null> | string | null,
  ): Promise<void> {
    const nowMs = this.#clock.now();
    const changes = await this.database.transaction(async (connection) => {
      const head = await lockSurvey(connection, id);
      if (head === undefined) throw unknownSurvey(id);
      if (head.state === 'finished') throw finished(id);
      const parts = new PartMap(await loadParts(connection, id));
      const step = await work(parts, connection, head);
      const found = parts.changes();
      await putParts(
        connection,
        id,
        found.flatMap(({ after }) => (after === null ? [] : [after])),
        nowMs,
      );
      await removeParts(
        connection,
        id,
        found.flatMap(({ before, after }) => (before !== null && after === null ? [before] : [])),
      );
      if (found.length > 0) await touchSurvey(connection, id, nowMs);
      if (step !== null && found.length > 0) await insertStep(connection, id, step, nowMs, found, stepsMost);
      return found;
    });
    this.#news.tell({
      surveyId: id,
      put: changes.flatMap(({ after }) => (after === null ? [] : [after])),
      removed: changes.flatMap(({ before, after }) =>
        before !== null && after === null ? [{ kind: before.kind, id: before.id }] : [],
      ),
    });
  }

  /** The whole, then what changes, until the signal. @throws AppError `survey.unknown` */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<SurveyUpdate, void, undefined> {
    const waiting: SurveyNews[] = [];
    let wake: () => void = () => undefined;
    const stop = this.onNews((news) => {
      if (news.surveyId !== id) return;
      waiting.push(news);
      wake();
    });
    const onAbort = (): void => wake();
    signal.addEventListener('abort', onAbort);
    try {
      yield { type: 'snapshot', ...(await this.whole(id)) };
      while (!signal.aborted) {
        if (waiting.length === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        yield { type: 'delta', ...(await this.standing(id)), ...merged(waiting.splice(0)) };
      }
    } finally {
      stop();
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Several pieces of news as one: of each part only what it is in the end. */
function merged(all: readonly SurveyNews[]): Pick<SurveyNews, 'put' | 'removed'> {
  const last = new Map<string, { readonly part?: SurveyPart; readonly key: SurveyPartKey }>();
  for (const { put, removed } of all) {
    for (const key of removed) last.set(`${key.kind} ${key.id}`, { key });
    for (const part of put)
      last.set(`${part.kind} ${part.id}`, { part, key: { kind: part.kind, id: part.id } });
  }
  const put: SurveyPart[] = [];
  const removed: SurveyPartKey[] = [];
  for (const { part, key } of last.values()) {
    if (part === undefined) removed.push(key);
    else put.push(part);
  }
  return { put, removed };
}

export function unknownSurvey(id: string): AppError {
  return new AppError('survey.unknown', `There is no survey ${id}.`, { id });
}

export function finished(id: string): AppError {
  return new AppError('survey.finished', 'This survey is finished.', { id });
}
