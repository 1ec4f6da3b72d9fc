import { z } from 'zod';
import { pointsFileBytesMost, recordSecondsMost, roamingMost } from '../domain/survey-limits.ts';
import { epochMs, mac, nothing, siteRef } from './common.ts';
import { procedure, stream } from './procedure.ts';
import { deviceStatistics, partKey, siteType, surveyPart } from './survey-parts.ts';

const id = z.uuid();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * One revision of a survey. A finished one does not change any more; a correction is a further revision with the same
 * `rootId`, which names the one that it corrects.
 */
export const surveySummary = z
  .object({
    id,
    /** Of the first revision; the same for all of them. */
    rootId: id,
    /** 1 for the first. */
    revision: z.number().int().min(1),
    correctsId: id.nullable(),
    /** Why it was corrected; empty for the first. */
    correctionReason: z.string(),
    state: z.enum(['open', 'finished']),
    title: z.string(),
    customerName: z.string(),
    siteRef: siteRef.nullable(),
    siteName: z.string(),
    technician: z.string(),
    createdMs: epochMs,
    updatedMs: epochMs,
    finishedMs: epochMs.nullable(),
    /** `surveyDataSha256` at the time it was finished. */
    dataSha256: sha256.nullable(),
    points: z.number(),
    donePoints: z.number(),
    problemPoints: z.number(),
  })
  .readonly();
export type SurveySummary = z.infer<typeof surveySummary>;

/** `undo` is what the newest change was, in the words of `survey.steps.{undo}`; `null` where there is none to take back. */
const standing = { survey: surveySummary, undo: z.string().nullable() };

export const survey = z.object({ ...standing, parts: z.array(surveyPart).readonly() }).readonly();
export type Survey = z.infer<typeof survey>;

export const surveyUpdate = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), ...standing, parts: z.array(surveyPart).readonly() }),
  /** Changed parts whole. */
  z.object({
    type: z.literal('delta'),
    ...standing,
    put: z.array(surveyPart).readonly(),
    removed: z.array(partKey).readonly(),
  }),
]);
export type SurveyUpdate = z.infer<typeof surveyUpdate>;

/** One message of a roaming device; °C, % relative humidity, dBm. Data and heartbeats are samples of their own. */
export const sample = z
  .object({
    mac,
    /** When it arrived here. */
    timeMs: epochMs,
    temperature: z.number().nullable(),
    humidity: z.number().nullable(),
    rssi: z.number().nullable(),
  })
  .readonly();
export type SurveySample = z.infer<typeof sample>;

/** A recording that runs, with all that arrived so far; the last one tells that it ended. */
export const liveRecording = z
  .object({
    recordingId: id,
    pointId: id,
    startedMs: epochMs,
    untilMs: epochMs,
    /** Time at the main side, for what is shown as "since". */
    nowMs: epochMs,
    running: z.boolean(),
    devices: z.array(deviceStatistics).readonly(),
    /** The newest of each device, at most 120; for the small chart. */
    recent: z.array(sample).readonly(),
  })
  .readonly();
export type LiveRecording = z.infer<typeof liveRecording>;

export const fileKind = z.enum(['plan', 'photo', 'signature']);
export type SurveyFileKind = z.infer<typeof fileKind>;

/** An image of a survey. Plans and photos are PNG or JPEG, a signature is PNG. */
export const surveyFile = z
  .object({
    id,
    kind: fileKind,
    type: z.enum(['image/png', 'image/jpeg']),
    bytes: z.number(),
    /** Of the bytes as they are stored. */
    sha256,
    widthPx: z.number(),
    heightPx: z.number(),
    /** What the file told of where and when it was taken, and whether that was taken out. */
    metadata: z.object({ hadLocation: z.boolean(), hadOther: z.boolean(), removed: z.boolean() }).readonly(),
  })
  .readonly();
export type SurveyFile = z.infer<typeof surveyFile>;

/**
 * A survey as one document: what is exported, signed and hashed. `surveyDataSha256` of domain/survey-document.ts is the
 * SHA-256 of its canonical JSON without signatures.
 */
export const surveyDocument = z
  .object({
    format: z.literal('datayoti-survey'),
    version: z.literal(1),
    survey: surveySummary,
    parts: z.array(surveyPart).readonly(),
    /** By recording, in the order of time. */
    samples: z.record(z.uuid(), z.array(sample).readonly()),
    files: z.array(surveyFile).readonly(),
  })
  .readonly();
export type SurveyDocument = z.infer<typeof surveyDocument>;

/** A list of questions that a survey of one type of site starts with. */
export const checklistTemplate = z
  .object({
    id,
    name: z.string().trim().min(1).max(100),
    siteType,
    language: z.enum(['en', 'fr']),
    items: z
      .array(
        z.object({ group: z.string().trim().max(200), text: z.string().trim().min(1).max(1_000) }).readonly(),
      )
      .max(500)
      .readonly(),
    /** Comes with the application; saving it makes a copy of one's own that is used instead. */
    builtIn: z.boolean(),
  })
  .readonly();
export type ChecklistTemplate = z.infer<typeof checklistTemplate>;

const ofSurvey = z.object({ id });
/** Pieces sent before; `null` where the file is in one piece. */
const upload = z.string().max(64);

export const surveyContract = {
  /** Newest change first; of each survey all revisions. */
  list: procedure(
    z.object({ siteRef: siteRef.optional() }),
    z.object({ items: z.array(surveySummary).readonly() }),
  ),
  /**
   * An open survey with its project, criteria (with the site's own signal threshold), the site's zones, and the checklist
   * of its type of site. @throws `site.unknown`
   */
  create: procedure(
    z.object({
      title: z.string().trim().min(1).max(200),
      siteRef: siteRef.nullable(),
      siteName: z.string().trim().max(200).default(''),
      customerName: z.string().trim().max(200).default(''),
      siteType: siteType.default('other'),
      technician: z.string().trim().max(60).default(''),
      language: z.enum(['en', 'fr']).default('en'),
      timeZone: z.string().max(64).default('UTC'),
    }),
    z.object({ id }),
  ),
  /** @throws `survey.unknown` */
  get: procedure(ofSurvey, survey),
  /** @throws `survey.unknown` */
  watch: stream(ofSurvey, surveyUpdate),
  /**
   * Puts parts whole and takes others away, all or nothing; stored when it answers. Parts that belong to one that goes
   * (points of a plan keep their place in words, photos of a point) are changed with it. `step` names the change for
   * undo: words `survey.steps.{step}`. A signature is one of the data as it was: any other change takes it away.
   * @throws `survey.unknown`, `survey.finished`, `survey.criteria-fixed`, `survey.recording-running`, `survey.too-many`,
   * `survey.part-unknown` (it refers to one that is not there), `survey.file-unknown`, `request.invalid` (recordings,
   * placements, checks and signatures are made by their own procedures; of a recording `discarded` can be put, of a
   * placement its note, and all but recordings can be removed)
   */
  change: procedure(
    z.object({
      id,
      step: z.string().regex(/^[a-z-]{1,40}$/),
      put: z.array(surveyPart).max(2_000).default([]),
      remove: z.array(partKey).max(2_000).default([]),
    }),
    nothing,
  ),
  /** Takes the newest change back; recordings, and what the application noted itself, stay. @throws `survey.nothing-to-undo`, `survey.finished`, `survey.recording-running` */
  undo: procedure(ofSurvey, z.object({ step: z.string() })),
  /** With all its recordings and files, where no other revision has them. @throws `survey.unknown`, `survey.recording-running` */
  remove: procedure(ofSurvey, nothing),
  /** From now on nothing of it changes. @throws `survey.finished`, `survey.recording-running` */
  finish: procedure(ofSurvey, z.object({ dataSha256: sha256 })),
  /**
   * A further revision with all that the old one has, without its signatures. @throws `survey.not-finished`,
   * `survey.already-corrected` (with `id` of the revision that does)
   */
  correct: procedure(z.object({ id, reason: z.string().trim().min(1).max(1_000) }), z.object({ id })),
  /**
   * Signs the data as it is now; one signature for each role. The file is the drawing, of kind `signature`.
   * @throws `survey.unknown`, `survey.finished`, `survey.recording-running`, `survey.file-unknown`
   */
  sign: procedure(
    z.object({
      id,
      role: z.enum(['technician', 'customer']),
      name: z.string().trim().min(1).max(200),
      position: z.string().trim().max(200).default(''),
      fileId: id,
    }),
    z.object({ dataSha256: sha256 }),
  ),

  /** One piece of a file on its way; `null` begins one. @throws `request.invalid`, `survey.file-gone` */
  sendFile: procedure(
    z.object({ upload: upload.nullable(), offset: z.number().int().min(0), chunk: z.instanceof(Blob) }),
    z.object({ upload, received: z.number() }),
  ),
  /**
   * Keeps an image; a part then refers to it. Only PNG and JPEG, told by their bytes and never by a name; everything else
   * (SVG, PDF, HTML) is refused. What it tells of place, time and camera is taken out unless asked for.
   * @throws `survey.unknown`, `survey.finished`, `survey.file-gone`, `survey.file-too-large`, `survey.image-type`,
   * `survey.image-too-large` (pixels, before it is decoded), `survey.image-damaged`
   */
  keepFile: procedure(
    z.object({ id, kind: fileKind, upload, keepMetadata: z.boolean().default(false) }),
    surveyFile,
  ),
  files: procedure(ofSurvey, z.object({ items: z.array(surveyFile).readonly() })),
  /** @throws `survey.file-unknown` */
  file: procedure(
    z.object({ fileId: id, offset: z.number().int().min(0).default(0) }),
    z.object({ file: surveyFile, piece: z.instanceof(Blob), more: z.boolean() }),
  ),

  /**
   * Records what the devices send for so many seconds at a point; it goes on when the page is left.
   * @throws `survey.unknown`, `survey.finished`, `survey.part-unknown`, `survey.recording-running` (at this point),
   * `survey.device-recorded` (with the `label` of the point where the device is recorded), `device.unknown`
   */
  record: procedure(
    z.object({
      id,
      pointId: id,
      macs: z.array(mac).min(1).max(roamingMost),
      seconds: z.number().int().min(5).max(recordSecondsMost),
    }),
    z.object({ recordingId: id }),
  ),
  /** Ends it before its time; what arrived counts. @throws `survey.recording-unknown` */
  stopRecording: procedure(z.object({ recordingId: id }), nothing),
  /** The recordings that run, at most twice a second. */
  recordings: stream(ofSurvey, z.object({ items: z.array(liveRecording).readonly() })),
  /** @throws `survey.recording-unknown` */
  samples: procedure(
    z.object({ recordingId: id, afterIndex: z.number().int().min(0).default(0) }),
    z.object({ items: z.array(sample).readonly(), total: z.number() }),
  ),

  /**
   * Planned points from CSV (comma, semicolon or tab; a head line): label, name, room, zone, height_m, and x_m, y_m (plan
   * with a scale) or x_px, y_px. A point whose label is there is changed. With a fault nothing is stored.
   * @throws `survey.points-unreadable`, `survey.unknown`, `survey.finished`, `survey.too-many`
   */
  importPoints: procedure(
    z.object({ id, planId: id.nullable(), csv: z.string().max(pointsFileBytesMost) }),
    z.object({
      added: z.number(),
      changed: z.number(),
      /** Words: `survey.pointFaults.{fault}`. */
      faults: z
        .array(
          z
            .object({
              line: z.number(),
              fault: z.enum([
                'no-label',
                'label-twice',
                'not-a-number',
                'off-the-plan',
                'no-scale',
                'too-long',
              ]),
              text: z.string(),
            })
            .readonly(),
        )
        .readonly(),
    }),
  ),

  /**
   * Puts a sensor to a point, with the newest commissioning record of its board. `scanned` is the text of a label's QR
   * code; a sensor that had another point leaves it. @throws `survey.label-unreadable`, `device.unknown` (not adopted),
   * `survey.part-unknown`, `survey.finished`
   */
  place: procedure(
    z.object({
      id,
      pointId: id,
      sensor: z.union([z.object({ mac }).strict(), z.object({ scanned: z.string().max(2_000) }).strict()]),
    }),
    z.object({ placementId: id, mac, name: z.string() }),
  ),
  /** Quotes a commissioning check of the site. @throws `site-check.unknown`, `survey.unknown`, `survey.finished` */
  linkCheck: procedure(z.object({ id, siteCheckId: z.number().int() }), nothing),

  /** Templates that come with the application and those of one's own. */
  templates: procedure(nothing, z.object({ items: z.array(checklistTemplate).readonly() })),
  saveTemplate: procedure(
    z.object({ template: z.object({ ...checklistTemplate.unwrap().shape, builtIn: z.literal(false) }) }),
    nothing,
  ),
  /** One's own; that of the application is used again. @throws `survey.template-unknown` */
  removeTemplate: procedure(z.object({ templateId: id }), nothing),

  /** Everything of one revision as one document, without the bytes of its files. @throws `survey.unknown` */
  document: procedure(ofSurvey, surveyDocument),
  /** A ZIP with `survey.json`, `samples.csv` and `files/`, made on this machine and read in pieces. @throws `survey.unknown` */
  openExport: procedure(ofSurvey, z.object({ export: z.string(), fileName: z.string(), bytes: z.number() })),
  /** @throws `survey.file-gone` */
  readExport: procedure(
    z.object({ export: z.string().max(64), offset: z.number().int().min(0) }),
    z.object({ piece: z.instanceof(Blob), more: z.boolean() }),
  ),
  /**
   * A survey that was exported, as it was. `same`: it is here already.
   * @throws `survey.bundle-damaged`, `survey.bundle-newer`, `survey.bundle-conflict` (another survey has its id),
   * `survey.file-gone`
   */
  importBundle: procedure(
    z.object({ upload }),
    z.object({ id, outcome: z.enum(['added', 'same', 'updated']) }),
  ),
} as const;
