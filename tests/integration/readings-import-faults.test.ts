import { describe, expect, test } from 'vitest';
import { runImport, undoImport } from '../../src/main/readings-import/index.ts';
import { ensurePartitions } from '../../src/main/storage/index.ts';
import { makeImportTable, writeBatch } from '../../src/main/storage/queries/import-batches.ts';
import { insertImport, listImports, lockImports } from '../../src/main/storage/queries/imports.ts';
import { upsertReadings } from '../../src/main/storage/queries/upsert-readings.ts';
import type { ImportProgress } from '../../src/shared/contract/readings-import.ts';
import { databaseServers } from '../support/database-servers.ts';
import { a, day, importBench, never, noon, quiet, site } from '../support/import-bench.ts';
import { exportCsv } from '../support/readings-csv.ts';

describe.each(databaseServers)('faults of imports on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const { furnished, order, imported, table } = importBench(kind);

  test('what a crash left is seen as interrupted and can be taken back; so can an undo that was', async () => {
    const owner = await furnished();
    await ensurePartitions(owner, ['2025-11-03', '2025-11-04']);
    await upsertReadings(owner, [{ mac: a, timeMs: noon, temperature: 5, humidity: 60, receptionMs: noon }]);
    const before = await table(owner);
    const id = await insertImport(owner, 'half.csv', {});
    await owner.connection(async (connection) => {
      await makeImportTable(connection);
      await connection.query('begin');
      await writeBatch(connection, id, [
        { mac: a, timeMs: noon, temperature: 7, humidity: 60 },
        { mac: a, timeMs: noon + day, temperature: 7, humidity: 60 },
      ]);
      await connection.query('commit');
    });
    expect((await listImports(owner, id))[0]?.state).toBe('interrupted');
    const stop = new AbortController();
    const undoing = undoImport(site(owner), id, ({ done }) => done === 1 && stop.abort(), stop.signal);
    await expect(undoing)
      .rejects.toMatchObject({ code: 'import.cancelled' })
      .catch(() => undefined);
    const state = (await listImports(owner, id))[0]?.state;
    if (state !== 'undone') {
      expect(state).toBe('undo-interrupted');
      await undoImport(site(owner), id, quiet, never);
    }
    expect(await table(owner)).toEqual(before);
  });

  test('cancelled or cut off in the middle, nothing of it stays', async () => {
    const owner = await furnished();
    const rows = Array.from({ length: 60_000 }, (_, i) => ({
      mac: a,
      timeMs: noon - i * 60_000,
      temperature: 5,
      humidity: 60,
    }));
    const wanted = await order(exportCsv(rows));
    const stop = new AbortController();
    const cancelled = runImport(
      site(owner),
      wanted,
      (progress: ImportProgress) => progress.phase === 'importing' && progress.lines > 25_000 && stop.abort(),
      stop.signal,
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'import.cancelled' });
    expect(await table(owner)).toEqual([]);

    // Held ready: the cut must come while the import is in its middle.
    const states = await owner.connection(async (connection) => {
      let cut: Promise<unknown> | undefined;
      const broken = runImport(
        site(owner),
        wanted,
        (progress) => {
          if (progress.phase !== 'importing' || progress.lines < 25_000) return;
          cut ??= connection.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'DataYoti Field import' and datname = current_database()`,
          );
        },
        never,
      );
      await expect(broken).rejects.toMatchObject({ code: 'database.unreachable' });
      await cut;
      expect(await table(owner)).toEqual([]);
      return (await listImports(owner, null)).map(({ state }) => state);
    });
    expect(states).toEqual(['undone', 'undone']);
  }, 120_000);

  test('one import at a time, whichever process does it', async () => {
    const owner = await furnished();
    const wanted = await order(exportCsv([{ mac: a, timeMs: noon, temperature: 5, humidity: 60 }]));
    await owner.connection(async (connection) => {
      expect(await lockImports(connection)).toBe(true);
      await expect(runImport(site(owner), wanted, quiet, never)).rejects.toMatchObject({
        code: 'import.busy',
      });
      await connection.query('select pg_advisory_unlock_all()');
    });
    await expect(runImport(site(owner), wanted, quiet, never)).resolves.toMatchObject({
      record: { added: 1 },
    });
  });

  test('a million bad lines: the first hundred by number, all counted, the good ones stored', async () => {
    const owner = await furnished();
    const bad = [
      'nonsense',
      `${a},x,S,soon,5,60,`,
      `${a},x,S,2025-11-03T12:00:00Z,hot,60,`,
      `${a},x,S,2025-11-03T12:00:00Z,5,160,`,
    ];
    const lines = Array.from({ length: 1_000_000 }, (_, i) => bad[i % bad.length] ?? '');
    const good = exportCsv([{ mac: a, timeMs: noon, temperature: 5, humidity: 60 }]);
    const memory = process.memoryUsage().rss;
    const content = Buffer.from(`${good}${lines.join('\n')}\n`);
    const { record, faults } = await imported(owner, content);
    expect(record).toMatchObject({ added: 1, refused: 1_000_000 });
    expect(faults.first).toHaveLength(100);
    expect(faults.first.slice(0, 4).map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'columns'],
      [4, 'time-unreadable'],
      [5, 'temperature-unreadable'],
      [6, 'humidity-implausible'],
    ]);
    expect(faults.byReason).toEqual({
      columns: 250_000,
      'time-unreadable': 250_000,
      'temperature-unreadable': 250_000,
      'humidity-implausible': 250_000,
    });
    expect(process.memoryUsage().rss - memory).toBeLessThan(400_000_000);
  }, 120_000);
});
