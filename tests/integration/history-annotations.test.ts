import { describe, expect, test } from 'vitest';
import { Devices } from '../../src/main/devices/index.ts';
import type { Database } from '../../src/main/storage/index.ts';
import { databaseServers } from '../support/database-servers.ts';
import { historyOn, macAt, never } from '../support/history-bench.ts';
import { storageBench } from '../support/storage-bench.ts';

const nowMs = Date.now();
const hour = 3_600_000;
const one = macAt(1);
const two = macAt(2);

async function auditOf(owner: Database): Promise<readonly string[]> {
  const { rows } = await owner.query<{ action: string }>(
    `select action from field.audit_log where action like 'annotation.%' order by id`,
  );
  return rows.map(({ action }) => action);
}

describe.each(databaseServers.slice(0, 1))('annotations on $name', (kind) => {
  const bench = storageBench(kind);

  test('moves and replacements are noted by themselves; notes of people come, go and are logged', async () => {
    const owner = await bench.migrated();
    await owner.query(`insert into sites (site_ref) values ('HCS'), ('B')`);
    const devices = new Devices({
      clock: { now: () => nowMs },
      refreshKnownDevices: () => Promise.resolve(),
    });
    await devices.open(owner);
    const place = { siteRef: 'HCS', name: 'Door', position: 'left', zoneId: null };
    await devices.commission({ mac: one, ...place, replaces: null });
    await devices.handlers.update({ mac: one, ...place, name: 'Other name' }, never);
    await devices.handlers.update({ mac: one, ...place, siteRef: 'B', position: '' }, never);
    await devices.commission({ mac: two, ...place, replaces: one });
    const history = historyOn(owner, nowMs);
    const range = { fromMs: nowMs - hour, toMs: nowMs + hour };
    const texts = async (mac = two) =>
      (await history.handlers.annotations({ macs: [mac], ...range }, never)).items.map(
        ({ kind: of, text, automatic }) => [of, text, automatic],
      );
    const automatic = [
      ['moved', 'HCS / left → B', true],
      ['commissioned', `${one} → ${two}`, true],
    ];
    expect(await texts()).toEqual(automatic);
    expect(await texts(one)).toEqual(automatic.slice(0, 1));

    const wish = {
      timeMs: nowMs + 60_000,
      kind: 'calibrated' as const,
      text: 'ice bath',
      mac: two,
      siteRef: null,
    };
    const note = await history.handlers.annotate(wish, never);
    await history.handlers.annotate(
      { ...wish, kind: 'note', text: 'door was open', mac: null, siteRef: 'HCS' },
      never,
    );
    expect((await texts()).slice(2)).toEqual([
      ['calibrated', 'ice bath', false],
      ['note', 'door was open', false],
    ]);
    await history.handlers.removeAnnotation({ id: note.id }, never);
    expect(await texts()).toHaveLength(3);
    expect(await auditOf(owner)).toEqual(['annotation.add', 'annotation.add', 'annotation.remove']);

    await expect(history.handlers.removeAnnotation({ id: note.id }, never)).rejects.toMatchObject({
      code: 'history.annotation-unknown',
    });
    const [moved] = (await history.handlers.annotations({ macs: [two], ...range }, never)).items;
    await expect(history.handlers.removeAnnotation({ id: moved?.id ?? 0 }, never)).rejects.toMatchObject({
      code: 'history.annotation-automatic',
    });
    expect(await texts()).toHaveLength(3);
    await expect(history.handlers.annotate({ ...wish, mac: macAt(9) }, never)).rejects.toMatchObject({
      code: 'device.unknown',
    });
    await expect(history.handlers.annotate({ ...wish, mac: null }, never)).rejects.toMatchObject({
      code: 'request.invalid',
    });
    const { rows } = await owner.query<{ may: boolean }>(
      `select has_table_privilege('grafana_reader', 'field.annotations', 'select')
         or has_table_privilege('mqtt_ingestor', 'field.annotations', 'insert') as may`,
    );
    expect(rows[0]?.may).toBe(false);
    await history.detach();
  });
});
