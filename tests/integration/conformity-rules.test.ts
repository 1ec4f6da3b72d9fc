import { describe, expect, test } from 'vitest';
import { conformityBench, never, rule } from '../support/conformity-bench.ts';
import { databaseServers } from '../support/database-servers.ts';

describe.each(databaseServers)('conformity rules on $name', (kind) => {
  if (!kind.available) {
    test.skip(`no ${kind.name} here`, () => undefined);
    return;
  }
  const bench = conformityBench(kind);
  const { handlers, forgetRules, lastAudit } = bench;

  test('a rule is added, changed, listed and removed, each with a note in the log', async () => {
    await forgetRules();
    const added = await handlers.saveRule({ id: null, ...rule }, never);
    expect(added).toMatchObject({ id: 1, ...rule });
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.add',
      subject: 'HCS',
      details: { rule: { id: 1, minAllowed: 2, maxAllowed: 8 } },
    });
    const changed = await handlers.saveRule({ id: 1, ...rule, maxAllowed: 8.1 }, never);
    expect(changed).toMatchObject({ maxAllowed: 8.1, createdMs: added.createdMs });
    expect(changed.updatedMs).toBeGreaterThanOrEqual(added.updatedMs);
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.change',
      details: { before: { maxAllowed: 8 }, rule: { maxAllowed: 8.1 } },
    });
    expect((await handlers.rules({ siteRef: 'HCS' }, never)).items).toEqual([changed]);
    expect((await handlers.rules({ siteRef: 'ELSE' }, never)).items).toEqual([]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    await handlers.removeRule({ id: 1 }, never);
    expect(await lastAudit()).toMatchObject({ action: 'conformity.remove', details: { rule: { id: 1 } } });
    expect((await handlers.rules({}, never)).items).toEqual([]);
  });

  test('what cannot be stored says why and changes nothing', async () => {
    await forgetRules();
    const save = (change: object) => handlers.saveRule({ id: null, ...rule, ...change }, never);
    await expect(save({ minAllowed: null })).rejects.toMatchObject({
      code: 'conformity.bad-rule',
      data: { context: 'min-missing' },
    });
    await expect(save({ minAllowed: 9 })).rejects.toMatchObject({ data: { context: 'crossed' } });
    await expect(save({ siteRef: 'NONE' })).rejects.toMatchObject({ code: 'site.unknown' });
    await expect(save({ id: 99 })).rejects.toMatchObject({ code: 'conformity.rule-unknown' });
    await expect(handlers.removeRule({ id: 99 }, never)).rejects.toMatchObject({
      code: 'conformity.rule-unknown',
    });
    for (let count = 0; count < 100; count++) await save({});
    await expect(save({})).rejects.toMatchObject({ code: 'conformity.too-many-rules' });
    expect((await handlers.rules({}, never)).items).toHaveLength(100);
  });

  test('a file is previewed, refused as a whole for one bad line, taken, and changes nothing a second time', async () => {
    await forgetRules();
    await handlers.saveRule({ id: null, ...rule }, never);
    const head = 'id,site_ref,metric_type,min_allowed,max_allowed,criticality,description\n';
    const good = `${head}1,HCS,temperature_range,1,9,LOW,colder\n40,ELSE,uptime_ratio,95,,HIGH,\n,ELSE,humidity_floor,30,,,\n`;
    const takeFile = (text: string, apply: boolean) =>
      handlers.importRules({ file: new Blob([text]), apply }, never);
    const preview = await takeFile(good, false);
    expect(preview).toMatchObject({
      applied: false,
      added: 2,
      replaced: 1,
      unchanged: 0,
      neverKept: 1,
      faults: [],
    });
    expect(preview.changes.map(({ line, kind, never: flagged }) => [line, kind, flagged])).toEqual([
      [2, 'replaced', false],
      [3, 'added', true],
      [4, 'added', false],
    ]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    const refused = await takeFile(`${good},NONE,humidity_floor,30,,,\n,HCS,nothing,1,2,,\n`, true);
    expect(refused).toMatchObject({ applied: false, added: 2, replaced: 1 });
    expect(refused.faults.map(({ line, reason }) => [line, reason])).toEqual([
      [5, 'site-unknown'],
      [6, 'metric'],
    ]);
    expect((await handlers.rules({}, never)).items).toHaveLength(1);
    expect(await takeFile(good, true)).toMatchObject({ applied: true, added: 2, replaced: 1 });
    expect((await handlers.rules({}, never)).items).toMatchObject([
      { id: 40, siteRef: 'ELSE', minAllowed: 95 },
      { id: 41, siteRef: 'ELSE', metricType: 'humidity_floor', criticality: 'MEDIUM' },
      { id: 1, siteRef: 'HCS', minAllowed: 1, maxAllowed: 9, criticality: 'LOW', description: 'colder' },
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'conformity.import',
      details: { added: 2, replaced: [1] },
    });
    // The own export comes back as it was, and the next number is free.
    const exported = await (await handlers.exportRules({}, never)).file.text();
    expect(await takeFile(exported, true)).toMatchObject({ added: 0, replaced: 0, unchanged: 3 });
    expect((await handlers.saveRule({ id: null, ...rule }, never)).id).toBe(42);
    expect((await handlers.exportRules({ siteRef: 'ELSE' }, never)).fileName).toBe(
      'conformity-rules-ELSE.csv',
    );
  });

  test('a file beyond all rules is refused before it is read, and so are more rules than a site may have', async () => {
    await forgetRules();
    await expect(
      handlers.importRules({ file: new Blob(['x'.repeat(1_000_000)]), apply: true }, never),
    ).rejects.toMatchObject({ code: 'conformity.file-too-large' });
    const lines = Array.from({ length: 103 }, () => 'HCS,humidity_floor,30,').join('\n');
    const result = await handlers.importRules(
      { file: new Blob([`site_ref,metric_type,min_allowed,max_allowed\n${lines}`]), apply: true },
      never,
    );
    expect(result.faults.map(({ line, reason }) => [line, reason])).toEqual([
      [102, 'too-many'],
      [103, 'too-many'],
      [104, 'too-many'],
    ]);
    expect((await handlers.rules({}, never)).items).toEqual([]);
  });
});
