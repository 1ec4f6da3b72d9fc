import type { ReasonCode, Verdict } from '../../../shared/domain/survey/judge-survey.ts';
import type { MappingDoubt } from '../../../shared/domain/survey/mapping-study.ts';

/** The words of the report. A sentence with a number is a function of it, already written in the language. */
export interface ReportWords {
  readonly report: string;
  readonly surveyReport: string;
  readonly page: (page: number, pages: number) => string;
  readonly revision: (revision: string) => string;
  readonly corrects: (id: string, reason: string) => string;
  readonly draft: string;
  readonly draftNote: string;
  readonly data: string;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly verdictSentences: Readonly<Record<Verdict, string>>;
  readonly cover: Readonly<
    Record<
      | 'customer'
      | 'address'
      | 'contact'
      | 'site'
      | 'siteType'
      | 'technician'
      | 'dates'
      | 'reportId'
      | 'made'
      | 'contents',
      string
    >
  >;
  readonly siteTypes: Readonly<Record<'cold-room' | 'server-room' | 'home' | 'other', string>>;
  readonly sections: Readonly<
    Record<
      | 'summary'
      | 'method'
      | 'site'
      | 'plans'
      | 'points'
      | 'walk'
      | 'devices'
      | 'charts'
      | 'mapping'
      | 'conformity'
      | 'checklist'
      | 'issues'
      | 'photos'
      | 'signatures'
      | 'integrity'
      | 'raw',
      string
    >
  >;
  readonly summary: {
    readonly purpose: string;
    readonly pointsLine: (passed: string, failed: string, open: string, all: string) => string;
    readonly worst: string;
    readonly best: string;
    readonly coldest: string;
    readonly warmest: string;
    readonly coverage: (share: string, least: string, plan: string) => string;
    readonly noCoverage: (plan: string) => string;
    readonly devices: string;
    readonly openIssues: string;
    readonly reasons: string;
    readonly noReasons: string;
  };
  readonly method: {
    readonly tool: (version: string) => string;
    readonly meter: string;
    readonly judged: string;
    readonly map: string;
    readonly stable: string;
    readonly zone: (zone: string) => string;
    readonly criteria: string;
    readonly fixed: (time: string) => string;
    readonly notFixed: string;
    readonly names: Readonly<
      Record<
        | 'rssi'
        | 'seconds'
        | 'readings'
        | 'zoneLimits'
        | 'stableWithin'
        | 'stableSeconds'
        | 'coverage'
        | 'none',
        string
      >
    >;
    readonly limits: string;
  };
  readonly columns: Readonly<
    Record<
      | 'point'
      | 'name'
      | 'room'
      | 'zone'
      | 'height'
      | 'rssi'
      | 'temperature'
      | 'humidity'
      | 'count'
      | 'verdict'
      | 'why'
      | 'device'
      | 'mac'
      | 'firmware'
      | 'firstReading'
      | 'record'
      | 'time'
      | 'min'
      | 'mean'
      | 'max'
      | 'deviation'
      | 'kinetic'
      | 'spread'
      | 'complete'
      | 'start'
      | 'end'
      | 'duration'
      | 'peak'
      | 'limit'
      | 'question'
      | 'answer'
      | 'reason'
      | 'issue'
      | 'owner'
      | 'due'
      | 'sensors'
      | 'hotSpot'
      | 'coldSpot'
      | 'unevenness'
      | 'outside'
      | 'gap'
      | 'file'
      | 'hash'
      | 'stableSince',
      string
    >
  >;
  readonly quantities: Readonly<Record<'rssi' | 'temperature' | 'humidity', string>>;
  readonly figures: {
    readonly points: (plan: string) => string;
    readonly heat: (quantity: string, plan: string) => string;
    readonly noMap: string;
    readonly noPlan: string;
    readonly between: string;
    readonly threshold: (value: string) => string;
    readonly walk: string;
    readonly gap: string;
    readonly max: (value: string) => string;
    readonly min: (value: string) => string;
    readonly noReadings: string;
    readonly resolution: (text: string) => string;
    readonly everyReading: string;
    readonly north: string;
  };
  readonly answers: Readonly<Record<'open' | 'pass' | 'fail' | 'not-applicable', string>>;
  readonly none: Readonly<
    Record<'points' | 'devices' | 'issues' | 'photos' | 'checklist' | 'charts' | 'mapping' | 'rooms', string>
  >;
  readonly mapping: {
    readonly intro: string;
    readonly wholeSite: string;
    readonly noRoom: string;
    readonly excursions: string;
    readonly noExcursions: string;
    readonly more: (count: string) => string;
    readonly lasts: string;
    readonly doubts: Readonly<Record<MappingDoubt, string>>;
  };
  readonly check: (passed: string, devices: string, time: string) => string;
  readonly signatures: {
    readonly roles: Readonly<Record<'technician' | 'customer', string>>;
    readonly statement: string;
    readonly notSigned: string;
    readonly name: string;
    readonly position: string;
    readonly signed: string;
    readonly otherData: string;
  };
  readonly integrity: {
    readonly intro: string;
    readonly dataHash: string;
    readonly fingerprint: string;
    readonly verify: string;
  };
  readonly raw: {
    readonly intro: string;
    readonly more: (count: string) => string;
    readonly discarded: (why: string) => string;
  };
  readonly photoOf: (point: string) => string;
  readonly photoOfSite: string;
  readonly photoMissing: string;
  readonly range: (from: string, to: string) => string;
  readonly yes: string;
  readonly no: string;
  /** @param v measured and asked for, in words with their unit */
  readonly reasons: Readonly<
    Record<ReasonCode, (v: { measured: string; limit: string; about: string }) => string>
  >;
}

export const english: ReportWords = {
  report: 'Report',
  surveyReport: 'Site survey report',
  page: (page, pages) => `Page ${page} of ${pages}`,
  revision: (revision) => `Revision ${revision}`,
  corrects: (id, reason) => `Corrects the revision ${id}. Reason: ${reason}`,
  draft: 'Draft, not finished',
  draftNote: 'This survey is not finished: its data may still change. Do not sign this document.',
  data: 'Data SHA-256',
  verdicts: { pass: 'Pass', fail: 'Fail', open: 'Open' },
  verdictSentences: {
    pass: 'Everything that was agreed on was measured and kept.',
    fail: 'Not everything that was agreed on is kept.',
    open: 'Not everything that was agreed on has been proven yet.',
  },
  cover: {
    customer: 'Customer',
    address: 'Address',
    contact: 'Contact',
    site: 'Site',
    siteType: 'Type of site',
    technician: 'Technician',
    dates: 'Measured',
    reportId: 'Survey',
    made: 'Report made',
    contents: 'Contents',
  },
  siteTypes: { 'cold-room': 'Cold room', 'server-room': 'Server room', home: 'Home', other: 'Other' },
  sections: {
    summary: 'Summary',
    method: 'Method and criteria',
    site: 'Rooms and zones',
    plans: 'Plans and maps',
    points: 'Measuring points',
    walk: 'Timeline of the walk',
    devices: 'Installed devices',
    charts: 'Recorded period',
    mapping: 'Temperature mapping',
    conformity: 'Conformity',
    checklist: 'Checklist',
    issues: 'Open points',
    photos: 'Photos',
    signatures: 'Acceptance',
    integrity: 'Proof of the data',
    raw: 'Appendix: raw values',
  },
  summary: {
    purpose: 'Purpose',
    pointsLine: (passed, failed, open, all) => `${all} points: ${passed} pass, ${failed} fail, ${open} open.`,
    worst: 'Weakest signal',
    best: 'Strongest signal',
    coldest: 'Coldest point',
    warmest: 'Warmest point',
    coverage: (share, least, plan) =>
      `${plan}: ${share} of the area between the points has ${least} or better.`,
    noCoverage: (plan) => `${plan}: too few points for a statement on the area.`,
    devices: 'Devices placed',
    openIssues: 'Open points',
    reasons: 'What stands against it',
    noReasons: 'Nothing stands against acceptance.',
  },
  method: {
    tool: (version) =>
      `Measured with DataYoti Field ${version}. The meter was a real sensor with the radio that stays on the site, not the laptop's.`,
    meter:
      'At each point the messages of the roaming sensors were recorded for a time. Temperature and humidity are those of the sensor, the signal strength (RSSI) is what the sensor hears of its access point.',
    judged:
      'The signal of a point is judged by the mean of its recording; temperature and humidity by the lowest and the highest reading.',
    map: 'Maps show values between the points by inverse distance weighting with the square of the distance (Shepard, 1968). They know nothing of walls, doors and metal; they are drawn only inside the outline of the points of a plan, from three points on that are not on one line; points at the same place count as one with their mean. Only the points were measured.',
    stable:
      'A temperature counts as stable from the moment from which it stays within the stated spread to the end.',
    zone: (zone) => `Times are those of ${zone}.`,
    criteria: 'Acceptance criteria',
    fixed: (time) => `Fixed ${time}, before the first recording.`,
    notFixed: 'The criteria were not fixed: nothing was recorded yet.',
    names: {
      rssi: 'Signal, mean of a point, at least',
      seconds: 'Time of a recording',
      readings: 'Readings of a recording, at least',
      zoneLimits: 'Every reading within the limits of its zone',
      stableWithin: 'Stable means within',
      stableSeconds: 'Stable at the end for at least',
      coverage: 'Share of the area with enough signal, at least',
      none: 'not asked for',
    },
    limits: 'Limits of the zones',
  },
  columns: {
    point: 'Point',
    name: 'Name',
    room: 'Room',
    zone: 'Zone',
    height: 'Height',
    rssi: 'RSSI, dBm',
    temperature: 'Temperature, °C',
    humidity: 'Humidity, %',
    count: 'Values',
    verdict: 'Result',
    why: 'Reasons',
    device: 'Device',
    mac: 'MAC address',
    firmware: 'Firmware',
    firstReading: 'First reading',
    record: 'Commissioned',
    time: 'Time',
    min: 'Lowest',
    mean: 'Mean',
    max: 'Highest',
    deviation: 'Std. dev.',
    kinetic: 'MKT',
    spread: 'Spread',
    complete: 'Complete',
    start: 'Start',
    end: 'End',
    duration: 'Duration',
    peak: 'Peak',
    limit: 'Limit',
    question: 'Question',
    answer: 'Answer',
    reason: 'Remark',
    issue: 'What is left to do',
    owner: 'Who',
    due: 'Until',
    sensors: 'Sensors',
    hotSpot: 'Hot spot',
    coldSpot: 'Cold spot',
    unevenness: 'Unevenness',
    outside: 'Outside',
    gap: 'Longest gap',
    file: 'File',
    hash: 'SHA-256',
    stableSince: 'Stable',
  },
  quantities: { rssi: 'Signal (RSSI)', temperature: 'Temperature', humidity: 'Humidity' },
  figures: {
    points: (plan) => `${plan}: points and their results`,
    heat: (quantity, plan) => `${quantity}, ${plan}`,
    noMap: 'No map: it takes three measured points that are not on one line.',
    noPlan: 'The survey has no plan. The points are listed in the table.',
    between: 'Colours between the points are computed, not measured.',
    threshold: (value) => `Line: ${value}, what was asked for.`,
    walk: 'Each bar is one recording; outlined ones do not count.',
    gap: 'no data',
    max: (value) => `max ${value}`,
    min: (value) => `min ${value}`,
    noReadings: 'No readings in this period.',
    resolution: (text) =>
      `Line: mean of ${text}; band: lowest to highest. Hatched: no data. Red: outside the limits.`,
    everyReading: 'Every reading is drawn. Hatched: no data. Red: outside the limits.',
    north: 'N',
  },
  answers: { open: 'Open', pass: 'Yes', fail: 'No', 'not-applicable': 'Does not apply' },
  none: {
    points: 'No points were placed.',
    devices: 'No devices were placed.',
    issues: 'No open points.',
    photos: 'No photos were taken.',
    checklist: 'The survey has no checklist.',
    charts: 'No device was placed, so there is no recorded period.',
    mapping: 'No temperature mapping is part of this survey.',
    rooms: 'No rooms or zones were entered.',
  },
  mapping: {
    intro:
      'In the manner of WHO Technical Report Series 961, Annex 9, supplement 8. Hot spot: the sensor with the highest reading; cold spot: the one with the lowest. MKT: mean kinetic temperature with 83.14472 kJ/mol (USP <1079.2>). Unevenness: warmest minus coldest mean. Spread: highest minus lowest reading of a sensor.',
    wholeSite: 'Whole site',
    noRoom: 'No room',
    excursions: 'Excursions',
    noExcursions: 'No reading was outside the limits.',
    more: (count) => `${count} more are in the data.`,
    lasts: 'lasts',
    doubts: {
      'shorter-than-a-day': 'The period is shorter than a day: it shows no daily course.',
      'sensor-without-readings': 'A sensor sent no readings in the period.',
      incomplete: 'A sensor sent fewer than 95 % of its expected readings.',
      'no-limits': 'A sensor has no limits to be held against.',
    },
  },
  check: (passed, devices, time) =>
    `Commissioning check of the site, ${time}: ${passed} of ${devices} devices passed.`,
  signatures: {
    roles: { technician: 'Technician', customer: 'Customer' },
    statement:
      'The undersigned have read this report. The signatures belong to the data with the SHA-256 that is printed at the foot of every page.',
    notSigned: 'Not signed',
    name: 'Name',
    position: 'Position',
    signed: 'Signed',
    otherData: 'This signature was given for other data.',
  },
  integrity: {
    intro:
      'The data of this report are in the same archive. The archive is signed with the key of the laptop that made it (Ed25519); one changed byte is found.',
    dataHash: 'SHA-256 of the survey data without signatures',
    fingerprint: 'Fingerprint of the key',
    verify:
      'To check the archive: datayoti survey verify FILE. Compare the fingerprint that it shows with the one above.',
  },
  raw: {
    intro:
      'Every message of the roaming sensors as it was recorded, by point. The same values are in samples.csv.',
    more: (count) => `${count} more values are in samples.csv; they are not printed.`,
    discarded: (why) => `does not count: ${why}`,
  },
  photoOf: (point) => `Point ${point}`,
  photoOfSite: 'Site',
  photoMissing: 'The photo cannot be read.',
  range: (from, to) => `${from} to ${to}`,
  yes: 'Yes',
  no: 'No',
  reasons: {
    'no-criteria': () => 'The survey has no criteria.',
    'criteria-late': () => 'The criteria were fixed after the first recording had begun.',
    'no-points': () => 'The survey has no points.',
    'not-measured': () => 'Not measured.',
    measuring: () => 'The recording has not ended.',
    problem: ({ about }) => (about === '' ? 'Marked as a problem.' : `Problem: ${about}`),
    'rssi-missing': () => 'No signal strength was received.',
    'temperature-missing': () => 'No temperature was received.',
    'humidity-missing': () => 'No humidity was received.',
    'stable-missing': () => 'No temperature was received whose stability could be told.',
    'rssi-weak': ({ measured, limit }) => `Signal ${measured}, needs ${limit}.`,
    'too-few-readings': ({ measured, limit }) => `${measured} readings, needs ${limit}.`,
    'not-stable': ({ measured, limit }) => `Stable for ${measured}, needs ${limit}.`,
    'temperature-low': ({ measured, limit }) => `Lowest temperature ${measured}, allowed from ${limit}.`,
    'temperature-high': ({ measured, limit }) => `Highest temperature ${measured}, allowed up to ${limit}.`,
    'humidity-low': ({ measured, limit }) => `Lowest humidity ${measured}, allowed from ${limit}.`,
    'humidity-high': ({ measured, limit }) => `Highest humidity ${measured}, allowed up to ${limit}.`,
    'coverage-low': ({ measured, limit, about }) =>
      `${about}: enough signal on ${measured} of the area, needs ${limit}.`,
    'coverage-unknown': ({ limit }) =>
      `Enough signal on ${limit} of the area was asked for, but no plan has three measured points.`,
    'checklist-failed': ({ about }) => `Checklist, no: ${about}`,
    'checklist-open': ({ about }) => `Checklist, not answered: ${about}`,
    'no-first-reading': ({ about }) => `${about} has not sent a reading since it was placed.`,
    'check-failed': ({ measured, limit }) => `Commissioning check: ${measured} of ${limit} devices passed.`,
  },
};
