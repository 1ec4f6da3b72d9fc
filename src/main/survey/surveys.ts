import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Handlers } from '../../shared/contract/contract.ts';
import type { LiveRecording } from '../../shared/contract/survey.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { allTemplates } from '../../shared/domain/survey-checklists.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Closable } from '../foundation/disposer.ts';
import { drop } from '../foundation/drop.ts';
import type { Log } from '../foundation/log.ts';
import { SerialQueue } from '../foundation/serial-queue.ts';
import { watchState } from '../foundation/watch-state.ts';
import type { Database } from '../storage/index.ts';
import { loadDevices } from '../storage/queries/board-snapshot.ts';
import { writeAudit } from '../storage/queries/device-changes.ts';
import { getCheck } from '../storage/queries/site-checks.ts';
import { loadTemplates, removeTemplate, saveTemplate } from '../storage/queries/survey-files.ts';
import { countSamples, loadSamples, rootOfRecording } from '../storage/queries/survey-samples.ts';
import { listSurveys } from '../storage/queries/surveys.ts';
import { beginSurvey } from './begin-survey.ts';
import { changeParts, dropSignatures } from './change-parts.ts';
import { endInterrupted } from './end-interrupted.ts';
import { samplesPage, tellEveryMs } from './limits.ts';
import { Placing } from './placing.ts';
import { readPointList } from './point-list.ts';
import { readArchive } from './read-archive.ts';
import { Recorder, unknownRecording } from './recorder.ts';
import { Revisions } from './revisions.ts';
import { samplesOf, type HeardMessage } from './samples-of.ts';
import { writeArchive } from './survey-archive.ts';
import { loadDocument } from './survey-document.ts';
import { keepFile, readFile } from './survey-files.ts';
import { SurveyStore } from './survey-store.ts';
import { takeSurvey } from './take-survey.ts';
import { Uploads } from './uploads.ts';

export interface SurveysOptions {
  /** For files on their way; of this alone. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps the machine awake until the returned function is called. */
  readonly keepAwake: (() => () => void) | undefined;
}

/** Site surveys: what was entered, what is recorded, and their revisions. */
export class Surveys implements Closable {
  readonly #options: SurveysOptions;
  readonly #store: SurveyStore;
  readonly #recorder: Recorder;
  readonly #revisions: Revisions;
  readonly #placing: Placing;
  readonly #uploads: Uploads;
  readonly #filling = new SerialQueue();

  constructor(options: SurveysOptions) {
    const { clock, log, folder } = options;
    this.#options = options;
    this.#store = new SurveyStore(clock);
    this.#recorder = new Recorder({ store: this.#store, clock, log, keepAwake: options.keepAwake });
    this.#revisions = new Revisions(this.#store, clock);
    this.#placing = new Placing(this.#store);
    this.#uploads = new Uploads(folder, clock);
  }

  async open(owner: Database): Promise<void> {
    this.#store.open(owner);
    const left = await endInterrupted(this.#store);
    if (left > 0) this.#options.log.info('recordings were interrupted; what arrived is kept', { left });
    await this.#placing.open();
  }

  /** Messages that were committed. */
  accept(messages: readonly HeardMessage[]): void {
    const samples = samplesOf(messages);
    if (samples.length === 0) return;
    this.#recorder.accept(samples);
    if (this.#placing.waits)
      drop(
        this.#filling.run(() => this.#placing.accept(samples)),
        this.#options.log,
        'noting the first reading of a placed sensor',
      );
  }

  /** Recordings end with what arrived. */
  async detach(): Promise<void> {
    await this.#recorder.detach();
    await this.#filling.run(() => Promise.resolve());
    this.#store.detach();
  }

  close(): Promise<void> {
    return this.#uploads.close();
  }

  readonly handlers: Handlers['survey'] = {
    list: async ({ siteRef }) => ({
      items: [...(await listSurveys(this.#store.database, siteRef ?? null))],
    }),
    create: async (wish) => ({
      id: await this.#store.database.transaction((connection) =>
        beginSurvey(connection, wish, this.#options.clock.now()),
      ),
    }),
    get: ({ id }) => this.#store.whole(id),
    watch: ({ id }, signal) => this.#store.watch(id, signal),
    change: async ({ id, step, put, remove }) => {
      await this.#store.change(id, step, { put, remove });
      return {};
    },
    undo: async ({ id }) => ({ step: await this.#store.undo(id) }),
    remove: async ({ id }) => {
      this.#refuseRunning(id);
      await this.#revisions.remove(id);
      return {};
    },
    sign: async ({ id, ...signature }) => ({ dataSha256: await this.#revisions.sign(id, signature) }),
    finish: async ({ id }) => ({ dataSha256: await this.#revisions.finish(id) }),
    correct: async ({ id, reason }) => ({ id: await this.#revisions.correct(id, reason) }),

    sendFile: async ({ upload, offset, chunk }) => {
      const id = upload ?? (await this.#uploads.create()).id;
      const bytes = new Uint8Array(await chunk.arrayBuffer());
      return { upload: id, received: await this.#uploads.append(id, offset, bytes) };
    },
    keepFile: (wish) => keepFile(this.#store, this.#uploads, this.#options.clock, wish),
    files: async ({ id }) => {
      const { survey } = await this.#store.standing(id);
      return { items: [...(await this.#store.files(survey.rootId))] };
    },
    file: ({ fileId, offset }) => readFile(this.#store, fileId, offset),

    record: async ({ id, pointId, macs, seconds }) => {
      const known = await loadDevices(this.#store.database);
      const devices = [...new Set(macs)].map((mac) => {
        const device = known.find((one) => one.mac === mac);
        if (device === undefined)
          throw new AppError('device.unknown', `${mac} is no adopted device.`, { mac });
        return { mac, name: device.name };
      });
      return { recordingId: await this.#recorder.start({ surveyId: id, pointId, devices, seconds }) };
    },
    stopRecording: async ({ recordingId }) => {
      await this.#recorder.stop(recordingId);
      return {};
    },
    recordings: ({ id }, signal) => this.#watchRecordings(id, signal),
    samples: async ({ recordingId, afterIndex }) => {
      const { database } = this.#store;
      if ((await rootOfRecording(database, recordingId)) === undefined) throw unknownRecording(recordingId);
      return {
        items: [...(await loadSamples(database, recordingId, afterIndex, samplesPage))],
        total: await countSamples(database, recordingId),
      };
    },

    importPoints: async ({ id, planId, csv }) => {
      let found = { added: 0, changed: 0, faults: [] as ReturnType<typeof readPointList>['faults'] };
      await this.#store.edit(id, (parts) => {
        const list = readPointList(csv, parts, planId);
        found = { added: list.added, changed: list.changed, faults: list.faults };
        if (list.faults.length > 0) return null;
        changeParts(parts, { put: list.points, remove: [] }, () => undefined);
        return 'import-points';
      });
      return { ...found, faults: [...found.faults] };
    },

    place: ({ id, pointId, sensor }) => this.#placing.place(id, pointId, sensor, this.#options.clock.now()),
    linkCheck: async ({ id, siteCheckId }) => {
      await this.#linkCheck(id, siteCheckId);
      return {};
    },

    templates: async () => ({ items: [...allTemplates(await loadTemplates(this.#store.database))] }),
    saveTemplate: async ({ template }) => {
      await saveTemplate(this.#store.database, template);
      return {};
    },
    removeTemplate: async ({ templateId }) => {
      if (await removeTemplate(this.#store.database, templateId)) return {};
      throw new AppError('survey.template-unknown', `There is no template ${templateId} of one's own.`, {
        templateId,
      });
    },

    document: ({ id }) => loadDocument(this.#store.database, id),
    openExport: ({ id }) => this.#openExport(id),
    readExport: async ({ export: upload, offset }) => {
      const { piece, more } = await this.#uploads.piece(upload, offset);
      if (!more) await this.#uploads.release(upload);
      return { piece: new Blob([new Uint8Array(piece)]), more };
    },
    importBundle: ({ upload }) => this.#importBundle(upload),
  };

  async #linkCheck(id: string, siteCheckId: number): Promise<void> {
    await this.#store.edit(id, async (parts, connection) => {
      const check = await getCheck(connection, siteCheckId);
      if (check === undefined)
        throw new AppError('site-check.unknown', `There is no check ${siteCheckId}.`, { id: siteCheckId });
      const { finishedMs, passed, devices, passedDevices } = check;
      const there = parts.all('check').find((part) => part.siteCheckId === siteCheckId);
      parts.put({
        kind: 'check',
        id: there?.id ?? randomUUID(),
        siteCheckId,
        finishedMs,
        passed,
        devices,
        passedDevices,
      });
      dropSignatures(parts);
      return 'link-check';
    });
  }

  async *#watchRecordings(
    id: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ items: LiveRecording[] }, void, undefined> {
    await this.#store.standing(id);
    const source = {
      state: () => ({ items: [...this.#recorder.live(id)] }),
      onChange: (listener: () => void) =>
        this.#recorder.onChange((surveyId) => {
          if (surveyId === id) listener();
        }),
    };
    yield* watchState(source, tellEveryMs, signal);
  }

  async #openExport(
    id: string,
  ): Promise<{ readonly export: string; readonly fileName: string; readonly bytes: number }> {
    const { database } = this.#store;
    const document = await loadDocument(database, id);
    const made = await this.#uploads.create();
    try {
      await writeArchive(database, document, made.path);
      const { size } = await stat(made.path);
      const { siteRef, revision, createdMs } = document.survey;
      const day = new Date(createdMs).toISOString().slice(0, 10);
      const fileName = `survey-${siteRef ?? id.slice(0, 8)}-${day}-r${revision}.zip`;
      return { export: made.id, fileName, bytes: size };
    } catch (error) {
      await this.#uploads.release(made.id);
      throw error;
    }
  }

  async #importBundle(
    upload: string,
  ): Promise<{ readonly id: string; readonly outcome: 'added' | 'same' | 'updated' }> {
    try {
      const archive = await readArchive(this.#uploads.path(upload));
      try {
        const { id } = archive.document.survey;
        this.#refuseRunning(id);
        const outcome = await this.#store.database.transaction(async (connection) => {
          const taken = await takeSurvey(connection, archive, this.#options.clock.now());
          if (taken !== 'same') await writeAudit(connection, 'survey.import', id, { outcome: taken });
          return taken;
        });
        if (outcome !== 'same') await this.#placing.open();
        return { id, outcome };
      } finally {
        archive.close();
      }
    } finally {
      await this.#uploads.release(upload);
    }
  }

  #refuseRunning(id: string): void {
    if (this.#recorder.runsIn(id))
      throw new AppError('survey.recording-running', 'A recording of this survey is running.');
  }
}
