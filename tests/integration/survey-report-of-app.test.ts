import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/main/app.ts';
import { verifyReport } from '../../src/main/survey/bundle/verify-bundle.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { freePorts, openApplication, readyDataFolder } from '../support/embedded-application.ts';
import { until } from '../support/until.ts';
import { entryOf } from '../support/zip-entry.ts';

const mac = '1C:69:20:00:00:02' as MacAddress;
const signal = new AbortController().signal;
const minuteMs = 60_000;
const stepMs = 10 * minuteMs;
const readings = 300;

let folder: string;
let app: App;
let board: MqttClient;

beforeAll(async () => {
  const ports = await freePorts();
  let data: string;
  ({ folder, data } = await readyDataFolder({
    ...ports,
    firstRunDone: true,
    tlsEnabled: false,
    websocketEnabled: false,
    announce: false,
  }));
  app = await openApplication(data);
  const { devices, broker, stack } = app.handlers;
  await stack.start({}, signal);
  await devices.createSite({ ref: 'HCS', name: 'Harbour Cold Store', description: '' }, signal);
  await devices.adopt({ mac, siteRef: 'HCS', name: 'CR-01', zoneId: null }, signal);
  const account = { username: 'boards', role: 'admin', mac: null, password: '' } as const;
  const { password } = await broker.createAccount(account, signal);
  board = await connectAsync(`mqtt://127.0.0.1:${ports.mqttPort}`, { username: 'boards', password });
}, 60_000);
afterAll(async () => {
  await board.endAsync();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the report of the application holds what its history knows of the placed device', async () => {
  const { survey, history, surveyReport } = app.handlers;
  const { id } = await survey.create(
    {
      title: 'Acceptance',
      siteRef: 'HCS',
      siteName: '',
      customerName: 'Harbour Ltd',
      siteType: 'cold-room',
      technician: 'Sam Miller',
      language: 'en',
      timeZone: 'UTC',
    },
    signal,
  );
  const pointId = randomUUID();
  await survey.change(
    {
      id,
      step: 'point-add',
      put: [
        {
          kind: 'point',
          id: pointId,
          order: 0,
          label: 'P1',
          name: 'Rear wall',
          planId: null,
          x: null,
          y: null,
          roomId: null,
          zoneId: null,
          heightM: 1.5,
          planned: true,
          state: 'planned',
          problem: '',
          note: '',
          recordingId: null,
        },
      ],
      remove: [],
    },
    signal,
  );
  await survey.place({ id, pointId, sensor: { mac } }, signal);
  const toMs = Math.floor(Date.now() / stepMs) * stepMs;
  const fromMs = toMs - readings * stepMs;
  await Promise.all(
    Array.from({ length: readings }, (_, n) =>
      board.publishAsync(
        `datayoti/sensor/${mac}/data`,
        JSON.stringify({
          device_id: mac,
          timestamp: new Date(fromMs + n * stepMs).toISOString(),
          temperature: 4 + (n % 11) / 10,
          humidity: 60,
        }),
        { qos: 1 },
      ),
    ),
  );
  const question = { macs: [mac], fromMs, toMs };
  const statistic = await until(
    async () => {
      const [found] = (await history.statistics(question, signal)).items;
      return found !== undefined && found.rows === readings ? found : undefined;
    },
    { what: 'all readings are stored' },
  );
  const own = mkdtempSync(join(folder, 'out-'));
  let report: { file: string; pages: number; fingerprint: string } | undefined;
  const order = { id, target: own, period: { fromMs, toMs }, keepPhotoMetadata: false };
  for await (const item of surveyReport.write(order, signal)) if (item.type === 'done') report = item.result;
  if (report === undefined) throw new Error('the report has no end');
  expect(readdirSync(own)).toEqual([report.file.slice(own.length + 1)]);
  expect(report.file).toMatch(/survey-HCS-\d{4}-\d\d-\d\d-r1-draft\.zip$/);
  const { fingerprint } = await surveyReport.key({}, signal);
  expect(await verifyReport(report.file, fingerprint)).toMatchObject({ valid: true });

  if (!existsSync('/usr/bin/pdftotext')) return;
  const pdf = join(own, 'report.pdf');
  writeFileSync(pdf, await entryOf(report.file, 'report.pdf'));
  const text = execFileSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
  const mean = statistic.temperature?.mean.toFixed(2) ?? 'no mean';
  const kinetic = statistic.meanKineticTemperature?.toFixed(2) ?? 'no kinetic temperature';
  // The row of the mapping has the figures of the history's own question.
  expect(text).toMatch(
    new RegExp(`P1, CR-01\\s+${readings}\\s+4\\.0\\s+${mean}\\s+5\\.0\\s.*\\s${kinetic}\\s`),
  );
  expect(text).toContain('Draft, not finished');
  expect(text).toContain('P1, CR-01: Temperature, °C');
});

test('a survey that is not there is refused with its code', async () => {
  const order = { id: randomUUID(), target: null, period: null, keepPhotoMetadata: false };
  const work = app.handlers.surveyReport.write(order, signal)[Symbol.asyncIterator]();
  await expect(work.next()).rejects.toMatchObject({ code: 'survey.unknown' });
});
