import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkImport, runImport, undoImport } from '../../src/main/readings-import/index.ts';
import { ensurePartitions } from '../../src/main/storage/index.ts';
import { listImports } from '../../src/main/storage/queries/imports.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import { databaseServers } from '../support/database-servers.ts';
import { a, b, day, importBench, never, noon, quiet, site } from '../support/import-bench.ts';
import { exportCsv, type CsvReading } from '../support/readings-csv.ts';

describe.each(databaseServers)('imports on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { furnished, order, imported, table } = importBench(kind);

  test('new, replaced and unchanged rows are told before and after, and an undo restores the table', async () => {
    const owner = await furnished();
    await ensurePartitions(owner, ['2025-11-03']);
    const before: CsvReading[] = [
      { mac: a, timeMs: noon, temperature: 5, humidity: 60 },
      { mac: a, timeMs: noon + 60_000, temperature: 5.5, humidity: 61 },
    ];
    await upsertReadings(
      owner,
      before.map((row) => ({ ...row, receptionMs: row.timeMs + 500 })),
    );
    const whole = (
      await owner.query('select *, reception_time::text as exact from sensor_data order by 1, 2')
    ).rows;
    const csv = exportCsv([
      { mac: a, timeMs: noon, temperature: 5, humidity: 60 },
      { mac: a, timeMs: noon + 60_000, temperature: 9, humidity: 61 },
      { mac: a, timeMs: noon - 300 * day, temperature: 1, humidity: 50 },
      { mac: b, timeMs: noon, temperature: 2, humidity: 51 },
      { mac: '00:11:22:33:44:55', timeMs: noon, temperature: 2, humidity: 51 },
      { mac: a, timeMs: noon + 120_000, temperature: 99, humidity: 51 },
    ]);
    const wanted = await order(csv);
    const check = await checkImport(site(owner), wanted, quiet, never);
    expect(check).toMatchObject({
      lines: 6,
      added: 2,
      replaced: 1,
      unchanged: 1,
      unassigned: 1,
      exact: false,
      fromMs: noon - 300 * day,
      toMs: noon + 60_000,
      faults: { total: 1, byReason: { 'temperature-implausible': 1 }, first: [{ line: 7, text: '99' }] },
    });
    expect(check.devices[0]).toEqual({ source: '00:11:22:33:44:55', mac: null, adoptable: true, rows: 1 });
    expect(await table(owner)).toHaveLength(2);

    const { record } = await runImport(site(owner), wanted, quiet, never);
    expect(record).toMatchObject({
      state: 'done',
      added: 2,
      replaced: 1,
      unchanged: 1,
      unassigned: 1,
      refused: 1,
      devices: 2,
    });
    expect(await table(owner)).toHaveLength(4);
    expect(
      (await owner.query('select temperature from sensor_data where time = $1', [new Date(noon + 60_000)]))
        .rows,
    ).toEqual([{ temperature: 9 }]);

    expect(await undoImport(site(owner), record.id, quiet, never)).toEqual({
      id: record.id,
      removed: 2,
      restored: 1,
    });
    expect(
      (await owner.query('select *, reception_time::text as exact from sensor_data order by 1, 2')).rows,
    ).toEqual(whole);
    expect((await listImports(owner, record.id))[0]?.state).toBe('undone');
    for (const relation of ['import_days', 'import_replaced'])
      expect((await owner.query(`select from field.${relation}`)).rowCount).toBe(0);
    await expect(undoImport(site(owner), record.id, quiet, never)).rejects.toMatchObject({
      code: 'import.already-undone',
    });
    await expect(undoImport(site(owner), 4711, quiet, never)).rejects.toMatchObject({
      code: 'import.unknown',
    });
  });

  test('after any history of imports, undone in any order, and of what devices sent, every row is right', async () => {
    const owner = await furnished();
    // Few places, so that what happens to them piles up.
    const reading = fc.record({
      mac: fc.constant(a),
      timeMs: fc.integer({ min: 0, max: 3 }).map((n) => noon - n * day),
      temperature: fc.integer({ min: 0, max: 4 }),
      humidity: fc.constant(50),
    });
    const rows = fc.uniqueArray(reading, { minLength: 1, maxLength: 4, selector: ({ timeMs }) => timeMs });
    // More days than one batch takes, so that what stands before and after is written apart.
    const between = Array.from({ length: 101 }, (_, n) => ({
      mac: b,
      timeMs: noon - n * day,
      temperature: 9,
      humidity: 50,
    }));
    const action = fc.oneof(
      { weight: 2, arbitrary: fc.record({ type: fc.constant('device' as const), rows }) },
      {
        weight: 4,
        arbitrary: fc.record({
          type: fc.constant('import' as const),
          rows: fc
            .tuple(rows, fc.option(rows, { freq: 1 }))
            .map(([first, second]) => (second === null ? first : [...first, ...between, ...second])),
        }),
      },
      { weight: 3, arbitrary: fc.record({ type: fc.constant('undo' as const), which: fc.nat() }) },
    );
    await ensurePartitions(
      owner,
      Array.from({ length: 131 }, (_, n) => new Date(noon - n * day).toISOString().slice(0, 10)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 12 }), async (actions) => {
        await owner.query('delete from sensor_data');
        await owner.query('truncate field.imports, field.import_days, field.import_replaced');
        const model = new Model();
        let open: number[] = [];
        for (const step of actions) {
          if (step.type === 'undo') {
            const id = open[step.which % Math.max(1, open.length)];
            if (id === undefined) continue;
            open = open.filter((other) => other !== id);
            await undoImport(site(owner), id, quiet, never);
            model.undo(id);
            continue;
          }
          const { rows } = step;
          if (step.type === 'device') {
            const last = [...new Map(rows.map((row) => [`${row.mac}${row.timeMs}`, row])).values()];
            await upsertReadings(
              owner,
              last.map((row) => ({ ...row, receptionMs: Date.now() + 5 })),
            );
            for (const row of rows) model.put(row, null);
          } else {
            const { record } = await imported(owner, exportCsv(rows));
            open.push(record.id);
            for (const row of rows) model.put(row, record.id);
          }
        }
        expect(await table(owner)).toEqual(model.table());
        for (const id of open) await undoImport(site(owner), id, quiet, never);
        for (const id of open) model.undo(id);
        expect(await table(owner)).toEqual(model.table());
        expect((await owner.query('select from field.import_replaced')).rowCount).toBe(0);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 300_000);

  test('a French logger: by name, local time with the doubled hour, decimal commas, Windows-1252', async () => {
    const owner = await furnished();
    const lines = ['Capteur;Date;Heure;Température;Humidité'];
    const times: number[] = [];
    for (let utcMs = Date.UTC(2025, 9, 25, 22); utcMs < Date.UTC(2025, 9, 26, 4); utcMs += 600_000) {
      times.push(utcMs);
      const [date = '', clock = ''] = new Intl.DateTimeFormat('fr-FR', {
        timeZone: 'Europe/Paris',
        dateStyle: 'short',
        timeStyle: 'short',
      })
        .format(utcMs)
        .split(' ');
      lines.push(`cellar;${date};${clock};5,25;60,5`);
    }
    const content = Buffer.from(lines.join('\r\n'), 'latin1');
    const guessed = (await order(content)).mapping;
    expect(guessed).toMatchObject({
      encoding: 'windows-1252',
      decimal: ',',
      time: { clockColumn: 2, format: 'dmy' },
    });
    const { record, faults } = await imported(owner, content, {
      ...guessed,
      time: { ...guessed.time, zone: 'Europe/Paris' },
    });
    expect(faults.total).toBe(0);
    expect(record).toMatchObject({ added: times.length, unassigned: 0 });
    expect(await table(owner)).toEqual(
      times.map((timeMs) => ({ mac: a, timeMs, temperature: 5.25, humidity: 60.5 })),
    );
  });
});

interface Layer {
  /** The import that it came with; null for a device's own. */
  readonly from: number | null;
  readonly row: CsvReading;
}

/** What each place holds, and what lies underneath. */
class Model {
  readonly #layers = new Map<string, Layer[]>();

  put(row: CsvReading, from: number | null): void {
    const key = `${row.mac} ${row.timeMs}`;
    const layers = this.#layers.get(key) ?? [];
    this.#layers.set(key, layers);
    const top = layers.at(-1);
    if (from !== null && top?.from === from) layers.pop();
    else if (from !== null && top?.row.temperature === row.temperature) return;
    layers.push({ from, row });
  }

  undo(id: number): void {
    for (const [key, layers] of this.#layers)
      this.#layers.set(
        key,
        layers.filter(({ from }) => from !== id),
      );
  }

  table(): readonly CsvReading[] {
    return [...this.#layers.values()]
      .flatMap((layers) => {
        const top = layers.at(-1);
        return top === undefined ? [] : [top.row];
      })
      .sort((x, y) => (x.mac === y.mac ? x.timeMs - y.timeMs : x.mac < y.mac ? -1 : 1));
  }
}
