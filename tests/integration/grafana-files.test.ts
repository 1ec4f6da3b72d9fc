import { describe, expect, test } from 'vitest';
import { criticalHeapBytes, lowHeapBytes, warningWithinMs } from '../../src/shared/domain/presence.ts';
import { expandSql } from '../support/grafana/expand-sql.ts';
import {
  alertRules,
  allPanels,
  dashboardProvider,
  dashboards,
  dataSource,
  grafanaFile,
  grafanaFiles,
  type Panel,
} from '../support/grafana/provisioned-files.ts';

const boards = dashboards();

describe.each(boards)('dashboard $title', (board) => {
  const panels = allPanels(board);

  test('no two panels share an id, and each lies within the 24 columns without covering another', () => {
    const ids = panels.map((panel) => panel.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { gridPos, title } of panels) {
      expect(gridPos.x, title).toBeGreaterThanOrEqual(0);
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      expect(Math.min(gridPos.w, gridPos.h), title).toBeGreaterThan(0);
    }
    const covered = panels.flatMap((one, i) =>
      panels
        .slice(i + 1)
        .filter((other) => overlap(one, other))
        .map((other) => `${one.title} / ${other.title}`),
    );
    expect(covered).toEqual([]);
  });

  test('every query asks the provisioned data source', () => {
    const { uid, type } = dataSource();
    const asked = [
      ...panels.flatMap((panel) => [
        ...(panel.datasource === undefined ? [] : [panel.datasource]),
        ...(panel.targets ?? []).map((target) => target.datasource),
      ]),
      ...board.templating.list.map((variable) => variable.datasource),
    ];
    expect(asked.length).toBeGreaterThan(10);
    for (const ref of asked) expect(ref).toEqual({ type, uid });
  });

  test('a repeated row repeats over a variable, and links lead to a dashboard that is there', () => {
    const variables = board.templating.list.map((variable) => variable.name);
    for (const panel of panels) if (panel.repeat !== undefined) expect(variables).toContain(panel.repeat);
    const pages = boards.map((other) => `/d/${other.uid}`);
    for (const link of board.links) expect(pages).toContain(link.url);
  });

  test('every line has a step of at least a minute and breaks at gaps; every query of history is bounded', () => {
    for (const panel of panels.filter((candidate) => candidate.type === 'timeseries')) {
      expect(panel.interval, panel.title).toMatch(/^\d+m$/);
      expect(panel.maxDataPoints, panel.title).toBeLessThanOrEqual(1000);
      expect(panel.fieldConfig?.defaults.custom?.['spanNulls'], panel.title).toBe(5 * 60_000);
    }
    for (const target of panels.flatMap((panel) => panel.targets ?? []))
      for (const [, alias] of target.rawSql.matchAll(
        /(?:from|join) (?:sensor_data|device_heartbeats) (\w+)/g,
      ))
        expect(target.rawSql).toContain(`$__timeFilter(${alias}.time)`);
  });

  test('overrides name columns and series that the queries give', () => {
    const given = (panel: Panel): string => (panel.targets ?? []).map((target) => target.rawSql).join('\n');
    for (const panel of panels)
      for (const { matcher } of panel.fieldConfig?.overrides ?? [])
        if (matcher.id === 'byName') expect(given(panel)).toContain(`"${matcher.options}"`);
  });
});

describe('what is provisioned', () => {
  test('ids of dashboards and rules are unique, and the provider reads the folder that holds the dashboards', () => {
    const uids = [...boards.map((board) => board.uid), ...alertRules().map((rule) => rule.uid)];
    expect(new Set(uids).size).toBe(uids.length);
    // Grafana takes at most 40 characters.
    for (const uid of uids) expect(uid).toMatch(/^[\w-]{1,40}$/);
    expect(dashboardProvider().options.path).toBe('/etc/grafana/dashboards');
    expect(boards.length).toBe(2);
  });

  test('rules point at a panel that is there and judge by the limits of the tool', () => {
    for (const rule of alertRules()) {
      const board = boards.find((candidate) => candidate.uid === rule.dashboardUid);
      expect(board && allPanels(board).some((panel) => panel.id === rule.panelId), rule.title).toBe(true);
      const [query, threshold] = rule.data;
      expect(query.datasourceUid).toBe(dataSource().uid);
      expect(threshold.model.expression).toBe(query.refId);
      expect(rule.condition).toBe(threshold.refId);
      // An empty fleet is no alarm; a database that does not answer is told as what it is.
      expect([rule.noDataState, rule.execErrState]).toEqual(['OK', 'Error']);
    }
    const limit = (uid: string): unknown =>
      alertRules().find((rule) => rule.uid === uid)?.data[1].model.conditions[0].evaluator.params[0];
    expect(limit('datayoti-device-offline')).toBe(warningWithinMs / 60_000);
    expect(limit('datayoti-low-heap')).toBe(lowHeapBytes);
    const fleet = grafanaFile('dashboards/fleet-health.json');
    for (const bytes of [lowHeapBytes, criticalHeapBytes]) expect(fleet).toContain(`"value": ${bytes}`);
  });

  test('rules hold no dollar sign, which Grafana would take for a variable of the environment', () => {
    expect(grafanaFile('provisioning/alerting/datayoti-rules.yaml')).not.toContain('$');
  });

  test('the password comes from a file, and no file holds one', () => {
    const source = dataSource();
    expect(source.secureJsonData).toEqual({ password: '$__file{/run/secrets/grafana_reader_password}' });
    expect(source).toMatchObject({ url: 'postgres:5432', user: '${GRAFANA_READER_USER}' });
    expect(source.jsonData).toMatchObject({
      database: '${PG_DATABASE}',
      sslmode: 'disable',
      timescaledb: false,
    });
    for (const file of grafanaFiles().filter((name) => !name.endsWith('.md'))) {
      const values = [
        ...grafanaFile(file).matchAll(/(?:password|secret|token|api_?key)["']?\s*[:=]\s*(.*)/gi),
      ];
      const written = values
        .map(([, value]) => value?.trim())
        .filter((value) => !value?.startsWith('$__file{'));
      expect(written, file).toEqual([]);
      expect(grafanaFile(file), file).not.toMatch(/\badmin\b/);
    }
  });

  test.each([
    ['auth.anonymous', 'enabled', 'false'],
    ['users', 'allow_sign_up', 'false'],
    ['users', 'allow_org_create', 'false'],
    ['analytics', 'reporting_enabled', 'false'],
    ['analytics', 'check_for_updates', 'false'],
    ['analytics', 'check_for_plugin_updates', 'false'],
    ['news', 'news_feed_enabled', 'false'],
    ['plugins', 'preinstall_disabled', 'true'],
    ['plugins', 'public_key_retrieval_disabled', 'true'],
    ['snapshots', 'external_enabled', 'false'],
    ['public_dashboards', 'enabled', 'false'],
    ['security', 'disable_gravatar', 'true'],
  ])('grafana.ini: [%s] %s = %s', (section, key, value) => {
    const [, body = ''] = grafanaFile('grafana.ini').split(`[${section}]\n`);
    expect(body.split('\n[')[0]?.split('\n')).toContain(`${key} = ${value}`);
  });
});

describe('the expander of the tests', () => {
  const context = {
    fromMs: 0,
    toMs: 60_000,
    intervalMs: 5000,
    variables: { device: ['A', "B's"], site: [] },
  };

  test('expands what Grafana documents', () => {
    expect(expandSql('x where $__timeFilter( s.time )', context)).toBe(
      "x where s.time BETWEEN '1970-01-01T00:00:00.000Z' AND '1970-01-01T00:01:00.000Z'",
    );
    expect(expandSql('$__timeFrom() $__timeTo() $__interval_ms', context)).toBe(
      "'1970-01-01T00:00:00.000Z' '1970-01-01T00:01:00.000Z' 5000",
    );
    expect(expandSql('any(array[$device]::text[]) any(array[$site]::text[])', context)).toBe(
      "any(array['A','B''s']::text[]) any(array[]::text[])",
    );
  });

  test.each([
    '$__timeGroup(time, 5m)',
    '$__unknown',
    '$town',
    '${device}',
    '[[device]]',
    '$__timeFilter()',
    '$toString',
  ])('refuses %s', (sql) => {
    expect(() => expandSql(sql, context)).toThrow();
  });
});

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
