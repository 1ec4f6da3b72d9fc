import { randomUUID } from 'node:crypto';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import type { Client } from '../../src/shared/contract/contract.ts';
import type { Survey } from '../../src/shared/contract/survey.ts';
import type { MacAddress } from '../../src/shared/domain/mac-address.ts';
import { partsOf } from '../../src/shared/domain/survey-document.ts';
import { testApplication, type TestApplication } from '../support/application.ts';
import { clientOf } from '../support/client-of.ts';
import { until } from '../support/until.ts';

const mac = '1C:69:20:00:00:01' as MacAddress;
const pointId = randomUUID();

/** A survey with a point, and a board that may publish. */
async function prepare(client: Client): Promise<{ readonly id: string; readonly password: string }> {
  await client.stack.start({});
  await client.devices.createSite({ ref: 'HCS', name: 'Harbour' });
  await client.devices.adopt({ mac, siteRef: 'HCS', name: 'Meter' });
  const { id } = await client.survey.create({ title: 'Killed', siteRef: 'HCS' });
  await client.survey.change({
    id,
    step: 'add-point',
    put: [
      {
        kind: 'point',
        id: pointId,
        order: 0,
        label: 'P1',
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
      },
    ],
  });
  const { password } = await client.broker.createAccount({
    username: 'boards',
    role: 'admin',
    mac: null,
    password: '',
  });
  return { id, password };
}

async function afterKill(application: TestApplication, id: string): Promise<Survey> {
  await application.start();
  const session = await clientOf(application.link());
  const { client } = session;
  try {
    await client.stack.start({});
    return await client.survey.get({ id });
  } finally {
    session.close();
  }
}

test('an application that is killed while it records loses the last second at most', async () => {
  const application = await testApplication({ firstRunDone: true, ready: true });
  try {
    await application.start();
    const session = await clientOf(application.link());
    const { client } = session;
    const { id, password } = await prepare(client);
    await client.survey.record({ id, pointId, macs: [mac], seconds: 600 });
    const board = await connectAsync(`mqtt://127.0.0.1:${application.ports.mqtt}`, {
      username: 'boards',
      password,
    });
    const sent: { readonly atMs: number; readonly temperature: number }[] = [];
    const publish = async (): Promise<void> => {
      const temperature = 4 + sent.length / 100;
      const timestamp = new Date().toISOString();
      const payload = JSON.stringify({ device_id: mac, timestamp, temperature, humidity: 60 });
      await board.publishAsync(`datayoti/sensor/${mac}/data`, payload, { qos: 1 });
      sent.push({ atMs: Date.now(), temperature });
    };
    await until(
      async () => {
        await publish();
        return sent.length >= 40;
      },
      { what: 'readings are recorded' },
    );
    // What a person entered a moment ago is as safe as what was measured.
    const [point] = partsOf((await client.survey.get({ id })).parts, 'point');
    if (point === undefined) throw new Error('the point is gone');
    await client.survey.change({ id, step: 'note', put: [{ ...point, note: 'Just before' }] });
    await publish();
    const killedMs = Date.now();
    await application.kill();
    session.close();
    await board.endAsync(true).catch(() => undefined);

    const { parts } = await afterKill(application, id);
    const [recording] = partsOf(parts, 'recording');
    const mustBeThere = sent.filter(({ atMs }) => atMs < killedMs - 1_000).length;
    const found = recording?.devices[0]?.temperature;
    expect(recording?.state).toBe('interrupted');
    expect(found?.count).toBeGreaterThanOrEqual(Math.max(1, mustBeThere));
    expect(found?.min).toBe(4);
    expect(found?.max).toBeCloseTo(sent[(found?.count ?? 0) - 1]?.temperature ?? Number.NaN);
    // A person decides whether it counts.
    expect(partsOf(parts, 'point')).toMatchObject([
      { state: 'planned', recordingId: null, note: 'Just before' },
    ]);
  } finally {
    await application.cleanUp();
  }
}, 120_000);
