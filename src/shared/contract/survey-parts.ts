import { z } from 'zod';
import { recordSecondsMost, roamingMost } from '../domain/survey-limits.ts';
import { epochMs, mac, siteRef } from './common.ts';

/**
 * What a survey consists of. Everything that a person enters is a part with a kind and an id; the project and the
 * criteria are there once. Parts are put and removed whole, and each change can be undone.
 */
const id = z.uuid();
const line = z.string().trim().max(200);
const text = z.string().max(4_000);
/** Where a part stands among those of its kind. */
const order = z.number().int().min(0).max(1_000_000);
/** Pixels of the plan's image, from its upper left corner. */
const pixel = z.number().min(0).max(100_000);
const vertex = z.tuple([pixel, pixel]).readonly();
/** Corners in turn; the last is joined to the first. */
const outline = z.array(vertex).min(3).max(200).readonly().nullable();
const limit = z.number().min(-100).max(1000).nullable();

export const siteType = z.enum(['cold-room', 'server-room', 'home', 'other']);
export type SiteType = z.infer<typeof siteType>;

export const projectPart = z
  .object({
    kind: z.literal('project'),
    id,
    title: line.min(1),
    customer: z.object({ name: line, address: text, contact: line }).readonly(),
    /** A site of the application; `null` for one that is not there (yet). */
    siteRef: siteRef.nullable(),
    /** As it stands on the report, also where there is no `siteRef`. */
    siteName: line,
    siteType,
    technician: z.string().trim().max(60),
    purpose: text,
    /** Language of the report, and of the checklist. */
    language: z.enum(['en', 'fr']),
    /** IANA name; times of the report are shown in it. */
    timeZone: z.string().max(64),
  })
  .readonly();

/** What a point is held against; fixed with the first recording. */
export const criteriaPart = z
  .object({
    kind: z.literal('criteria'),
    id,
    /** dBm; the mean of a recording must reach it. */
    rssiLeastDbm: z.number().min(-100).max(-30),
    /** Seconds that a point is recorded unless said otherwise. */
    recordSeconds: z.number().int().min(5).max(recordSecondsMost),
    /** Readings of temperature that a recording needs, of each device. */
    readingsLeast: z.number().int().min(1).max(10_000),
    /** Whether each reading must lie within the limits of the point's zone. */
    useZoneLimits: z.boolean(),
    /** A value is stable while it stays within so much (largest − smallest): °C, % relative humidity, dB. */
    stableWithin: z
      .object({
        temperature: z.number().min(0.05).max(20),
        humidity: z.number().min(0.1).max(100),
        rssi: z.number().min(1).max(60),
      })
      .readonly(),
    /** Seconds of stable temperature that a point needs at the end of its recording; 0 asks for none. */
    stableSecondsLeast: z.number().int().min(0).max(recordSecondsMost),
    /** Share of the area between the points that must reach `rssiLeastDbm`, 0..1; `null` asks for none. */
    coverageLeast: z.number().min(0).max(1).nullable(),
    /** Set by the application when the first recording starts; from then on the criteria do not change. */
    fixedMs: epochMs.nullable(),
  })
  .readonly();
export type SurveyCriteria = z.infer<typeof criteriaPart>;

export const roomPart = z
  .object({
    kind: z.literal('room'),
    id,
    order,
    name: line.min(1),
    note: text,
    /** Of the ceiling, m. */
    heightM: z.number().min(0).max(100).nullable(),
    planId: id.nullable(),
    outline,
  })
  .readonly();

/** Two places on the plan and the distance between them. */
export const planScale = z
  .object({ a: vertex, b: vertex, metres: z.number().min(0.01).max(100_000) })
  .readonly();
export type PlanScale = z.infer<typeof planScale>;

export const planPart = z
  .object({
    kind: z.literal('plan'),
    id,
    order,
    name: line.min(1),
    /** A file of kind `plan`: PNG or JPEG. */
    fileId: id,
    widthPx: z.number().int().min(1),
    heightPx: z.number().int().min(1),
    /** What it was made of: the page of a PDF is drawn by the screen and stored as PNG. */
    source: z
      .object({
        type: z.enum(['png', 'jpeg', 'pdf']),
        fileName: line,
        page: z.number().int().min(1).nullable(),
      })
      .readonly(),
    scale: planScale.nullable(),
    /** Degrees clockwise from the top of the plan. */
    northDeg: z.number().min(0).max(360).nullable(),
  })
  .readonly();
export type SurveyPlan = z.infer<typeof planPart>;

export const zonePart = z
  .object({
    kind: z.literal('zone'),
    id,
    order,
    name: line.min(1),
    /** Zone of the application that the limits were taken from. */
    siteZoneId: z.number().int().nullable(),
    roomId: id.nullable(),
    planId: id.nullable(),
    outline,
    /** °C and % relative humidity; `null` where a side has none. */
    temperatureMin: limit,
    temperatureMax: limit,
    humidityMin: limit,
    humidityMax: limit,
  })
  .readonly();
export type SurveyZone = z.infer<typeof zonePart>;

export const pointState = z.enum(['planned', 'measuring', 'done', 'problem']);
export type PointState = z.infer<typeof pointState>;

export const pointPart = z
  .object({
    kind: z.literal('point'),
    id,
    order,
    /** Short, stands on the plan: "P7". */
    label: z.string().trim().min(1).max(16),
    name: line,
    /** Without a plan a point has no place on one: `planId`, `x` and `y` are all `null`. */
    planId: id.nullable(),
    x: pixel.nullable(),
    y: pixel.nullable(),
    roomId: id.nullable(),
    zoneId: id.nullable(),
    /** Above the floor, m. */
    heightM: z.number().min(0).max(100).nullable(),
    /** Planned before the walk, rather than placed during it. */
    planned: z.boolean(),
    /** `measuring`, and `done` after it, are set by the application. */
    state: pointState,
    /** Why it is a problem, or why it could not be measured. */
    problem: text,
    note: text,
    /** The recording that counts, out of those of this point. */
    recordingId: id.nullable(),
  })
  .refine((point) => (point.planId === null) === (point.x === null && point.y === null), 'a place on a plan')
  .readonly();
export type SurveyPoint = z.infer<typeof pointPart>;

/** Of one quantity and one device. Stable: from `stableSinceMs` to the end all values lie within the criterion. */
export const statistic = z
  .object({
    count: z.number().int().min(0),
    min: z.number(),
    mean: z.number(),
    max: z.number(),
    /** Largest minus smallest. */
    spread: z.number(),
    firstMs: epochMs,
    lastMs: epochMs,
    last: z.number(),
    /** `null` where fewer than three values say nothing about it, or the last ones differ by too much. */
    stableSinceMs: epochMs.nullable(),
  })
  .readonly();
export type Statistic = z.infer<typeof statistic>;

/** °C, % relative humidity, dBm; `null` where nothing arrived. */
export const deviceStatistics = z
  .object({
    mac,
    /** As it was called then. */
    name: z.string(),
    temperature: statistic.nullable(),
    humidity: statistic.nullable(),
    rssi: statistic.nullable(),
  })
  .readonly();
export type DeviceStatistics = z.infer<typeof deviceStatistics>;

/** Made and ended by the application; a screen asks for it with `record`. */
export const recordingPart = z
  .object({
    kind: z.literal('recording'),
    id,
    pointId: id,
    startedMs: epochMs,
    plannedSeconds: z.number().int().min(1).max(recordSecondsMost),
    endedMs: epochMs.nullable(),
    /** `stopped`: by a person before its time. `interrupted`: the application ended; what had arrived is kept. */
    state: z.enum(['running', 'complete', 'stopped', 'interrupted']),
    devices: z.array(deviceStatistics).max(roamingMost).readonly(),
    /** Its values do not count, and why; empty: they do. They stay in the survey. */
    discarded: line,
  })
  .readonly();
export type SurveyRecording = z.infer<typeof recordingPart>;

export const photoPart = z
  .object({
    kind: z.literal('photo'),
    id,
    order,
    /** `null`: of the site as a whole. */
    pointId: id.nullable(),
    /** A file of kind `photo`: JPEG or PNG. */
    fileId: id,
    widthPx: z.number().int().min(1),
    heightPx: z.number().int().min(1),
    caption: line,
    addedMs: epochMs,
    /** Whether the file still holds where and when it was taken: only where somebody asked for it. */
    keepsMetadata: z.boolean(),
  })
  .readonly();
export type SurveyPhoto = z.infer<typeof photoPart>;

/** Something that is left to do. */
export const issuePart = z
  .object({
    kind: z.literal('issue'),
    id,
    order,
    pointId: id.nullable(),
    text: text.min(1),
    owner: line,
    /** `2026-11-30` */
    due: z.iso.date().nullable(),
    state: z.enum(['open', 'closed']),
  })
  .readonly();

/** A final sensor at its place, and what was known of it when it was put there. */
export const placementPart = z
  .object({
    kind: z.literal('placement'),
    id,
    pointId: id,
    mac,
    name: z.string(),
    by: z.enum(['scan', 'list']),
    placedMs: epochMs,
    firmware: z.string().nullable(),
    /** The newest of this board when it was placed; `null` where it has none. */
    commissioning: z
      .object({
        recordId: z.number().int(),
        finishedMs: epochMs.nullable(),
        result: z.enum(['ready', 'needs-you', 'cancelled']),
        technician: z.string(),
        firmwareSha256: z.string().nullable(),
        configurationSha256: z.string().nullable(),
      })
      .readonly()
      .nullable(),
    /** The first since it was placed, filled in when it arrives. */
    firstReading: z
      .object({ timeMs: epochMs, temperature: z.number().nullable(), humidity: z.number().nullable() })
      .readonly()
      .nullable(),
    /** dBm of its first heartbeat since it was placed. */
    rssi: z.number().nullable(),
    note: text,
  })
  .readonly();
export type SurveyPlacement = z.infer<typeof placementPart>;

/** A commissioning check of the site that the survey quotes; the lines are in `siteCheck.get`. */
export const checkPart = z
  .object({
    kind: z.literal('check'),
    id,
    siteCheckId: z.number().int(),
    finishedMs: epochMs,
    passed: z.boolean(),
    devices: z.number().int(),
    passedDevices: z.number().int(),
  })
  .readonly();

export const checklistItemPart = z
  .object({
    kind: z.literal('checklist-item'),
    id,
    order,
    /** As asked, in the language of the survey: a template that changes later changes no survey. */
    text: text.min(1),
    /** Under which heading. */
    group: line,
    result: z.enum(['open', 'pass', 'fail', 'not-applicable']),
    reason: text,
    answeredMs: epochMs.nullable(),
  })
  .readonly();
export type SurveyChecklistItem = z.infer<typeof checklistItemPart>;

export const signaturePart = z
  .object({
    kind: z.literal('signature'),
    id,
    role: z.enum(['technician', 'customer']),
    name: line.min(1),
    /** What the person is: "Site manager". */
    position: line,
    signedMs: epochMs,
    /** A file of kind `signature`: PNG. */
    fileId: id,
    /** `surveyDataSha256` of what was signed; it does not change without the signature. */
    dataSha256: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .readonly();
export type SurveySignature = z.infer<typeof signaturePart>;

export const surveyPart = z.discriminatedUnion('kind', [
  projectPart,
  criteriaPart,
  roomPart,
  planPart,
  zonePart,
  pointPart,
  recordingPart,
  photoPart,
  issuePart,
  placementPart,
  checkPart,
  checklistItemPart,
  signaturePart,
]);
export type SurveyPart = z.infer<typeof surveyPart>;
export type SurveyPartKind = SurveyPart['kind'];

export const partKind = z.enum([
  'project',
  'criteria',
  'room',
  'plan',
  'zone',
  'point',
  'recording',
  'photo',
  'issue',
  'placement',
  'check',
  'checklist-item',
  'signature',
]);
export const partKey = z.object({ kind: partKind, id }).readonly();
export type SurveyPartKey = z.infer<typeof partKey>;
