import type { SurveyDocument } from '../../../shared/contract/survey.ts';
import { judgeSurvey } from '../../../shared/domain/survey/judge-survey.ts';
import { surveyContents } from '../../../shared/domain/survey/survey-contents.ts';
import { csvCell } from '../../foundation/csv-cell.ts';

type Row = readonly (string | number | boolean | null | undefined)[];

const line = (row: Row): string => `${row.map((cell) => csvCell(cell)).join(',')}\r\n`;
const iso = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined ? null : new Date(ms).toISOString();

const pointColumns =
  'label name plan x_px y_px room zone height_m state result reasons started ended device_mac_addr'.split(
    ' ',
  );
const deviceColumns =
  'device_mac_addr device_name point placed firmware firmware_sha256 configuration_sha256 commissioned first_reading temperature humidity rssi note'.split(
    ' ',
  );

/** So many lines go out at once. */
const batch = 500;

/** One file of the archive, made while it is read. */
export interface DataFile {
  readonly path: string;
  readonly content: () => Iterable<string>;
}

/** The data of a report as JSON and CSV (RFC 4180, UTF-8, dot as decimal mark, times ISO 8601 in UTC). */
export function dataFiles(document: SurveyDocument): readonly DataFile[] {
  return [
    { path: 'survey.json', content: () => surveyJson(document) },
    { path: 'points.csv', content: () => lines(pointRows(document)) },
    { path: 'devices.csv', content: () => lines(deviceRows(document)) },
    { path: 'samples.csv', content: () => lines(sampleRows(document)) },
  ];
}

function* lines(rows: Iterable<Row>): Generator<string> {
  let text = '';
  let count = 0;
  for (const row of rows) {
    text += line(row);
    count += 1;
    if (count % batch === 0) {
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

/** The document, its samples recording by recording: as one text they may be larger than everything else together. */
function* surveyJson({ samples, ...rest }: SurveyDocument): Generator<string> {
  const head = JSON.stringify(rest);
  yield `${head.slice(0, -1)},"samples":{`;
  let first = true;
  for (const [id, own] of Object.entries(samples)) {
    yield `${first ? '' : ','}${JSON.stringify(id)}:${JSON.stringify(own)}`;
    first = false;
  }
  yield '}}\n';
}

function* pointRows(document: SurveyDocument): Generator<Row> {
  const contents = surveyContents(document.parts);
  yield [
    ...pointColumns,
    ...['rssi', 'temperature', 'humidity'].flatMap((name) =>
      ['count', 'min', 'mean', 'max'].map((what) => `${name}_${what}`),
    ),
    'note',
  ];
  const name = (list: readonly { readonly id: string; readonly name: string }[], id: string | null) =>
    list.find((part) => part.id === id)?.name;
  for (const { point, recording, verdict, reasons } of judgeSurvey(contents).points) {
    const head = [
      point.label,
      point.name,
      name(contents.plans, point.planId),
      point.x,
      point.y,
      name(contents.rooms, point.roomId),
      name(contents.zones, point.zoneId),
      point.heightM,
      point.state,
      verdict,
      reasons.map(({ code }) => code).join(' '),
      iso(recording?.startedMs),
      iso(recording?.endedMs),
    ];
    for (const device of recording?.devices ?? [undefined]) {
      const known = [device?.rssi, device?.temperature, device?.humidity];
      yield [
        ...head,
        device?.mac,
        ...known.flatMap((of) => [of?.count, of?.min, of?.mean, of?.max]),
        point.note,
      ];
    }
  }
}

function* deviceRows(document: SurveyDocument): Generator<Row> {
  const { placements, points } = surveyContents(document.parts);
  yield deviceColumns;
  for (const placement of placements) {
    const { commissioning, firstReading } = placement;
    yield [
      placement.mac,
      placement.name,
      points.find(({ id }) => id === placement.pointId)?.label,
      iso(placement.placedMs),
      placement.firmware,
      commissioning?.firmwareSha256,
      commissioning?.configurationSha256,
      iso(commissioning?.finishedMs),
      iso(firstReading?.timeMs),
      firstReading?.temperature,
      firstReading?.humidity,
      placement.rssi,
      placement.note,
    ];
  }
}

function* sampleRows(document: SurveyDocument): Generator<Row> {
  const { recordings, points } = surveyContents(document.parts);
  yield ['point', 'recording', 'counts', 'time', 'device_mac_addr', 'temperature', 'humidity', 'rssi'];
  const byId = new Map(points.map((point) => [point.id, point]));
  for (const { id, pointId, discarded } of recordings) {
    const point = byId.get(pointId);
    const counts = point?.recordingId === id && discarded === '';
    for (const { timeMs, mac, temperature, humidity, rssi } of document.samples[id] ?? [])
      yield [point?.label, id, counts, iso(timeMs), mac, temperature, humidity, rssi];
  }
}
