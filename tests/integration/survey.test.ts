import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connectAsync, type MqttClient } from 'mqtt';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import type { Survey, SurveyFileKind, SurveyUpdate } from '../../src/shared/contract/survey.ts';
import type { SurveyPart, SurveyPoint } from '../../src/shared/contract/survey-parts.ts';
import { isAppError, type ErrorCode } from '../../src/shared/domain/app-error.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { partsOf } from '../../src/shared/domain/survey-document.ts';
import { freePorts, openApplication, readyDataFolder, type Ports } from '../support/embedded-application.ts';
import { until } from '../support/until.ts';

const roaming = '1C:69:20:00:00:01' as MacAddress;
const final = '1C:69:20:00:00:02' as MacAddress;
const signal = new AbortController().signal;

let folder: string;
let data: string;
let ports: Ports;
let app: App;
let board: MqttClient;

beforeAll(async () => {
  ports = await freePorts();
  ({ folder, data } = await readyDataFolder({
    ...ports,
    firstRunDone: true,
    tlsEnabled: false,
    websocketEnabled: false,
    announce: false,
  }));
  app = await openApplication(data);
  await app.handlers.stack.start({}, signal);
  await app.handlers.devices.createSite({ ref: 'HCS', name: 'Harbour Cold Store', description: '' }, signal);
  await app.handlers.devices.saveZone(
    {
      id: null,
      siteRef: 'HCS',
      name: 'Cold room',
      temperatureMin: 2,
      temperatureMax: 8,
      humidityMin: null,
      humidityMax: null,
    },
    signal,
  );
  for (const mac of [roaming, final])
    await app.handlers.devices.adopt(
      { mac, siteRef: 'HCS', name: mac === roaming ? 'Meter' : 'CR-01', zoneId: null },
      signal,
    );
  const { password } = await app.handlers.broker.createAccount(
    { username: 'boards', role: 'admin', mac: null, password: '' },
    signal,
  );
  board = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, { username: 'boards', password });
}, 60_000);
afterAll(async () => {
  await board?.endAsync();
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

const survey = () => app.handlers.survey;

async function send(mac: string, temperature: number, rssi: number): Promise<void> {
  const base = { device_id: mac, timestamp: new Date().toISOString() };
  const publish = (channel: string, body: object) =>
    board.publishAsync(`datayoti/sensor/${mac}/${channel}`, JSON.stringify({ ...base, ...body }), { qos: 1 });
  await publish('data', { temperature, humidity: 60 });
  await publish('heartbeat', { rssi, free_heap: 200_000, uptime: 60, ntp_sync: true });
}

async function begin(): Promise<string> {
  const { id } = await survey().create(
    {
      title: 'Acceptance',
      siteRef: 'HCS',
      siteName: '',
      customerName: 'Harbour',
      siteType: 'cold-room',
      technician: 'T. Tester',
      language: 'en',
      timeZone: 'UTC',
    },
    signal,
  );
  return id;
}

const get = (id: string): Promise<Survey> => survey().get({ id }, signal) as Promise<Survey>;

function newPoint(label: string, order: number): SurveyPoint {
  return {
    kind: 'point',
    id: randomUUID(),
    order,
    label,
    name: '',
    planId: null,
    x: null,
    y: null,
    roomId: null,
    zoneId: null,
    heightM: null,
    planned: true,
    state: 'planned',
    problem: '',
    note: '',
    recordingId: null,
  };
}

const put = (id: string, step: string, ...parts: readonly SurveyPart[]) =>
  survey().change({ id, step, put: [...parts], remove: [] }, signal);

async function keep(id: string, kind: SurveyFileKind, bytes: Uint8Array) {
  let upload: string | null = null;
  for (let offset = 0; offset < bytes.length || upload === null; offset += 500) {
    const chunk = new Blob([bytes.slice(offset, offset + 500)]);
    ({ upload } = await survey().sendFile({ upload, offset, chunk }, signal));
  }
  return survey().keepFile({ id, kind, upload, keepMetadata: false }, signal);
}

const picture = (width: number, height: number) =>
  new Uint8Array(PNG.sync.write(new PNG({ width, height, fill: true })));

async function refused(work: Promise<unknown>): Promise<ErrorCode | undefined> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  return isAppError(error) ? error.code : undefined;
}

async function recordUntil(id: string, pointId: string, mac: MacAddress, readings: number): Promise<void> {
  const { recordingId } = await survey().record({ id, pointId, macs: [mac], seconds: 600 }, signal);
  for (let count = 0; count < readings; count += 1) await send(mac, 5 + count / 10, -70);
  const stop = new AbortController();
  for await (const { items } of survey().recordings({ id }, stop.signal)) {
    const [live] = items;
    if (live?.devices[0]?.rssi?.count === readings) break;
  }
  stop.abort();
  await survey().stopRecording({ recordingId }, signal);
}

test('a survey begins with the limits of its site and the checklist of its kind', async () => {
  const { survey: head, parts } = await get(await begin());
  expect(head).toMatchObject({ revision: 1, state: 'open', siteName: 'Harbour Cold Store', points: 0 });
  expect(partsOf(parts, 'zone')).toMatchObject([{ name: 'Cold room', temperatureMin: 2, temperatureMax: 8 }]);
  expect(partsOf(parts, 'checklist-item').length).toBeGreaterThan(5);
  expect(partsOf(parts, 'criteria')).toMatchObject([{ rssiLeastDbm: -80, fixedMs: null }]);
  expect(await refused(survey().get({ id: randomUUID() }, signal))).toBe('survey.unknown');
});

test('a point is recorded with what a real device sends, and is done by it', async () => {
  const id = await begin();
  const point = newPoint('P1', 0);
  await put(id, 'add-point', point);
  const stop = new AbortController();
  const updates: SurveyUpdate[] = [];
  const watching = (async () => {
    for await (const update of survey().watch({ id }, stop.signal)) updates.push(update as SurveyUpdate);
  })();
  await until(() => updates.length > 0);
  await recordUntil(id, point.id, roaming, 4);
  await until(() =>
    updates.some(
      (update) =>
        update.type === 'delta' && update.put.some((part) => part.kind === 'point' && part.state === 'done'),
    ),
  );
  stop.abort();
  await watching;

  const { parts, survey: head } = await get(id);
  expect(head.donePoints).toBe(1);
  const [recording] = partsOf(parts, 'recording');
  expect(recording).toMatchObject({
    state: 'stopped',
    devices: [
      {
        mac: roaming,
        name: 'Meter',
        temperature: { count: 4, min: 5, mean: 5.15, max: 5.3 },
        rssi: { count: 4, mean: -70, spread: 0 },
      },
    ],
  });
  expect(recording?.devices[0]?.temperature?.spread).toBeCloseTo(0.3);
  expect(partsOf(parts, 'point')).toMatchObject([{ state: 'done', recordingId: recording?.id }]);
  const { items, total } = await survey().samples(
    { recordingId: recording?.id ?? '', afterIndex: 0 },
    signal,
  );
  expect(total).toBe(8);
  expect(
    items.filter(({ temperature }) => temperature !== null).map(({ temperature }) => temperature),
  ).toEqual([5, 5.1, 5.2, 5.3]);
  // What a point is held against was fixed before it was measured.
  const [criteria] = partsOf(parts, 'criteria');
  if (criteria === undefined) throw new Error('no criteria');
  expect(criteria.fixedMs).not.toBeNull();
  expect(await refused(put(id, 'criteria', { ...criteria, rssiLeastDbm: -90 }))).toBe(
    'survey.criteria-fixed',
  );
});

test('a device is recorded at one point at a time, and one that is unknown at none', async () => {
  const id = await begin();
  const [one, two] = [newPoint('P1', 0), newPoint('P2', 1)];
  await put(id, 'add-point', one, two);
  const { recordingId } = await survey().record(
    { id, pointId: one.id, macs: [roaming], seconds: 600 },
    signal,
  );
  const again = (pointId: string, mac: MacAddress) =>
    refused(survey().record({ id, pointId, macs: [mac], seconds: 600 }, signal));
  expect(await again(two.id, roaming)).toBe('survey.device-recorded');
  expect(await again(one.id, final)).toBe('survey.recording-running');
  expect(await again(two.id, '1C:69:20:00:00:99' as MacAddress)).toBe('device.unknown');
  expect(await refused(survey().finish({ id }, signal))).toBe('survey.recording-running');
  expect(await refused(survey().remove({ id }, signal))).toBe('survey.recording-running');
  await survey().stopRecording({ recordingId }, signal);
  // Nothing arrived: the point is not done by it.
  expect(partsOf((await get(id)).parts, 'point')).toMatchObject([{ state: 'planned' }, { state: 'planned' }]);
});

test('changes are taken back one by one, and what was recorded stays', async () => {
  const id = await begin();
  const point = newPoint('P1', 0);
  await put(id, 'add-point', point);
  await put(id, 'note', { ...point, note: 'Too close to the fan' });
  await recordUntil(id, point.id, roaming, 1);
  expect(await survey().undo({ id }, signal)).toEqual({ step: 'note' });
  expect(partsOf((await get(id)).parts, 'point')).toMatchObject([{ note: '', state: 'done' }]);
  expect((await get(id)).undo).toBe('add-point');
  await survey().undo({ id }, signal);
  expect(partsOf((await get(id)).parts, 'point')).toEqual([]);
  expect(await refused(survey().undo({ id }, signal))).toBe('survey.nothing-to-undo');
});

test('a plan arrives in pieces, and points lie on it', async () => {
  const id = await begin();
  const bytes = picture(60, 40);
  const file = await keep(id, 'plan', bytes);
  expect(file).toMatchObject({ type: 'image/png', widthPx: 60, heightPx: 40 });
  const planId = randomUUID();
  await put(id, 'add-plan', {
    kind: 'plan',
    id: planId,
    order: 0,
    name: 'Ground floor',
    fileId: file.id,
    widthPx: 60,
    heightPx: 40,
    source: { type: 'png', fileName: 'plan.png', page: null },
    scale: { a: [0, 0], b: [30, 0], metres: 3 },
    northDeg: null,
  });
  const csv = 'label,name,zone,x_m,y_m\nP1,Door,Cold room,1,1\nP2,Rear,,5,3.5\n';
  expect(await survey().importPoints({ id, planId, csv }, signal)).toEqual({
    added: 2,
    changed: 0,
    faults: [],
  });
  expect(partsOf((await get(id)).parts, 'point')).toMatchObject([
    { label: 'P1', x: 10, y: 10, planned: true },
    { label: 'P2', x: 50, y: 35 },
  ]);
  const bad = await survey().importPoints({ id, planId, csv: 'label,x_m,y_m\nP3,1,1\nP4,9,9\n' }, signal);
  expect(bad.faults).toMatchObject([{ line: 3, fault: 'off-the-plan' }]);
  expect(partsOf((await get(id)).parts, 'point')).toHaveLength(2);
  const { piece, more } = await survey().file({ fileId: file.id, offset: 0 }, signal);
  expect(more).toBe(false);
  expect(PNG.sync.read(Buffer.from(await piece.arrayBuffer()))).toMatchObject({ width: 60, height: 40 });
});

test('what is no image is refused in words before it is opened', async () => {
  const id = await begin();
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
  expect(await refused(keep(id, 'plan', svg))).toBe('survey.image-type');
  const huge = picture(10, 10);
  new DataView(huge.buffer).setUint32(16, 20_000);
  new DataView(huge.buffer).setUint32(20, 10_000);
  expect(await refused(keep(id, 'plan', huge))).toBe('survey.image-too-large');
  expect(await refused(keep(id, 'photo', picture(10, 10).slice(0, -20)))).toBe('survey.image-damaged');
  expect((await survey().files({ id }, signal)).items).toEqual([]);
});

test('a final sensor is put to its point by its label, and its first reading belongs to the survey', async () => {
  const id = await begin();
  const [one, two] = [newPoint('P1', 0), newPoint('P2', 1)];
  await put(id, 'add-point', one, two);
  const scanned = `${final}\nCR-01\nHCS`;
  expect(await survey().place({ id, pointId: one.id, sensor: { scanned } }, signal)).toMatchObject({
    mac: final,
    name: 'CR-01',
  });
  await send(final, 4.5, -61);
  await until(async () => partsOf((await get(id)).parts, 'placement')[0]?.rssi === -61, {
    what: 'the first reading is noted',
  });
  expect(partsOf((await get(id)).parts, 'placement')).toMatchObject([
    { mac: final, pointId: one.id, by: 'scan', firstReading: { temperature: 4.5, humidity: 60 } },
  ]);
  // It moves to another point.
  await survey().place({ id, pointId: two.id, sensor: { mac: final } }, signal);
  expect(partsOf((await get(id)).parts, 'placement')).toMatchObject([{ pointId: two.id, by: 'list' }]);
  const place = (sensor: { scanned: string } | { mac: MacAddress }) =>
    refused(survey().place({ id, pointId: one.id, sensor }, signal));
  expect(await place({ scanned: 'https://example.org' })).toBe('survey.label-unreadable');
  expect(await place({ mac: '1C:69:20:00:00:99' as MacAddress })).toBe('device.unknown');
  for await (const update of app.handlers.siteCheck.run(
    { siteRef: 'HCS', readings: 2, mode: 'stored', technician: '' },
    signal,
  ))
    if (update.type === 'done') await survey().linkCheck({ id, siteCheckId: update.check.id }, signal);
  expect(partsOf((await get(id)).parts, 'check')).toMatchObject([{ devices: 2 }]);
});

test('a signature is of the data as it was, and a finished survey is changed by a new revision alone', async () => {
  const id = await begin();
  const point = newPoint('P1', 0);
  await put(id, 'add-point', point);
  const drawing = await keep(id, 'signature', picture(30, 10));
  const sign = () =>
    survey().sign({ id, role: 'customer', name: 'A. Customer', position: '', fileId: drawing.id }, signal);
  const first = await sign();
  expect((await sign()).dataSha256).toBe(first.dataSha256);
  await put(id, 'note', { ...point, note: 'Changed' });
  expect(partsOf((await get(id)).parts, 'signature')).toEqual([]);
  const { dataSha256 } = await sign();
  expect(dataSha256).not.toBe(first.dataSha256);
  expect(await refused(survey().correct({ id, reason: 'x' }, signal))).toBe('survey.not-finished');
  expect(await survey().finish({ id }, signal)).toEqual({ dataSha256 });

  expect(await refused(put(id, 'note', point))).toBe('survey.finished');
  expect(await refused(survey().undo({ id }, signal))).toBe('survey.finished');
  expect(await refused(survey().place({ id, pointId: point.id, sensor: { mac: final } }, signal))).toBe(
    'survey.finished',
  );
  expect(await refused(survey().record({ id, pointId: point.id, macs: [roaming], seconds: 5 }, signal))).toBe(
    'survey.finished',
  );
  const corrected = await survey().correct({ id, reason: 'Wrong name' }, signal);
  const next = await get(corrected.id);
  expect(next.survey).toMatchObject({
    revision: 2,
    correctsId: id,
    correctionReason: 'Wrong name',
    state: 'open',
  });
  expect(partsOf(next.parts, 'signature')).toEqual([]);
  expect(partsOf(next.parts, 'point')).toMatchObject([{ note: 'Changed' }]);
  expect(await refused(survey().correct({ id, reason: 'x' }, signal))).toBe('survey.already-corrected');
  expect(await refused(survey().remove({ id }, signal))).toBe('survey.already-corrected');
  expect((await get(id)).survey).toMatchObject({ state: 'finished', dataSha256 });
  await survey().remove({ id: corrected.id }, signal);
  expect(partsOf((await get(id)).parts, 'signature')).toHaveLength(1);
});

async function exported(id: string): Promise<Uint8Array> {
  const { export: token, bytes } = await survey().openExport({ id }, signal);
  const pieces: Uint8Array[] = [];
  for (let offset = 0; ;) {
    const { piece, more } = await survey().readExport({ export: token, offset }, signal);
    pieces.push(new Uint8Array(await piece.arrayBuffer()));
    offset += piece.size;
    if (more) continue;
    expect(offset).toBe(bytes);
    return new Uint8Array(Buffer.concat(pieces));
  }
}

async function imported(bytes: Uint8Array) {
  let upload: string | null = null;
  for (let offset = 0; offset < bytes.length || upload === null; offset += 400_000) {
    const chunk = new Blob([bytes.slice(offset, offset + 400_000)]);
    ({ upload } = await survey().sendFile({ upload, offset, chunk }, signal));
  }
  return survey().importBundle({ upload }, signal);
}

test('an exported survey comes back the same, and twice is once', async () => {
  const id = await begin();
  const point = newPoint('P1', 0);
  await put(id, 'add-point', point);
  await recordUntil(id, point.id, roaming, 2);
  const file = await keep(id, 'photo', picture(50, 50));
  await put(id, 'photo', {
    kind: 'photo',
    id: randomUUID(),
    order: 0,
    pointId: point.id,
    fileId: file.id,
    widthPx: 50,
    heightPx: 50,
    caption: 'Rear wall',
    addedMs: 1,
    keepsMetadata: false,
  });
  await survey().finish({ id }, signal);
  const before = await survey().document({ id }, signal);
  const bundle = await exported(id);
  expect(await imported(bundle)).toEqual({ id, outcome: 'same' });
  await survey().remove({ id }, signal);
  expect(await refused(survey().file({ fileId: file.id, offset: 0 }, signal))).toBe('survey.file-unknown');
  expect(await imported(bundle)).toEqual({ id, outcome: 'added' });
  expect(await survey().document({ id }, signal)).toEqual(before);
  expect((await survey().file({ fileId: file.id, offset: 0 }, signal)).file.sha256).toBe(file.sha256);

  const cut = bundle.slice(0, bundle.length - 200);
  expect(await refused(imported(cut))).toBe('survey.bundle-damaged');
  expect(await refused(imported(new TextEncoder().encode('no archive')))).toBe('survey.bundle-damaged');
});
