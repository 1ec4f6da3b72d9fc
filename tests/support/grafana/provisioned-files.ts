import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** What the stack gives to Grafana. */
export const grafanaFolder = fileURLToPath(new URL('../../../resources/stack/grafana/', import.meta.url));

const dataSourceRef = z.object({ type: z.string(), uid: z.string() });

const target = z.object({
  refId: z.string(),
  datasource: dataSourceRef,
  format: z.enum(['table', 'time_series']),
  rawQuery: z.literal(true),
  rawSql: z.string().min(1),
});

const leafPanel = z.object({
  id: z.number().int().positive(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().min(1),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: dataSourceRef.optional(),
  targets: z.array(target).optional(),
  interval: z.string().optional(),
  maxDataPoints: z.number().optional(),
  repeat: z.string().optional(),
  fieldConfig: z
    .object({
      defaults: z.object({ custom: z.record(z.string(), z.unknown()).optional() }),
      overrides: z.array(z.object({ matcher: z.object({ id: z.string(), options: z.string() }) })),
    })
    .optional(),
});
export type Panel = z.infer<typeof leafPanel>;
const panel = leafPanel.extend({ panels: z.array(leafPanel).optional() });

const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  timezone: z.literal('browser'),
  time: z.object({ from: z.string(), to: z.literal('now') }),
  schemaVersion: z.number(),
  links: z.array(z.object({ url: z.string() })),
  templating: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.literal('query'),
        datasource: dataSourceRef,
        query: z.string(),
        multi: z.literal(true),
        includeAll: z.literal(true),
      }),
    ),
  }),
  panels: z.array(panel),
});
export type Dashboard = z.infer<typeof dashboard>;

const rule = z.object({
  uid: z.string(),
  title: z.string(),
  condition: z.string(),
  for: z.string().regex(/^\d+m$/),
  noDataState: z.enum(['OK', 'NoData', 'Alerting']),
  execErrState: z.enum(['Error', 'Alerting', 'OK']),
  dashboardUid: z.string(),
  panelId: z.number(),
  labels: z.record(z.string(), z.string()),
  annotations: z.object({ summary: z.string(), description: z.string() }),
  data: z.tuple([
    z.object({
      refId: z.string(),
      datasourceUid: z.string(),
      relativeTimeRange: z.object({ from: z.number(), to: z.number() }),
      model: z.object({ refId: z.string(), format: z.literal('table'), rawSql: z.string() }),
    }),
    z.object({
      refId: z.string(),
      datasourceUid: z.literal('__expr__'),
      model: z.object({
        refId: z.string(),
        type: z.literal('threshold'),
        expression: z.string(),
        conditions: z.tuple([
          z.object({ evaluator: z.object({ type: z.enum(['gt', 'lt']), params: z.tuple([z.number()]) }) }),
        ]),
      }),
    }),
  ]),
});
export type AlertRule = z.infer<typeof rule>;

const dataSources = z.object({
  apiVersion: z.literal(1),
  datasources: z.tuple([
    z.object({
      uid: z.string(),
      type: z.string(),
      url: z.string(),
      user: z.string(),
      editable: z.literal(false),
      jsonData: z.object({ database: z.string(), sslmode: z.string(), timescaledb: z.boolean() }),
      secureJsonData: z.object({ password: z.string() }),
    }),
  ]),
});

const providers = z.object({
  apiVersion: z.literal(1),
  providers: z.tuple([
    z.object({ type: z.literal('file'), folder: z.string(), options: z.object({ path: z.string() }) }),
  ]),
});

const ruleFile = z.object({
  apiVersion: z.literal(1),
  groups: z.array(z.object({ folder: z.string(), interval: z.string(), rules: z.array(rule) })),
});

export function grafanaFile(path: string): string {
  return readFileSync(join(grafanaFolder, path), 'utf8');
}

/** Every file, relative to the folder. */
export function grafanaFiles(): readonly string[] {
  return readdirSync(grafanaFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(grafanaFolder, join(entry.parentPath, entry.name)));
}

export function dashboards(): readonly Dashboard[] {
  return readdirSync(join(grafanaFolder, 'dashboards')).map((file) =>
    dashboard.parse(JSON.parse(grafanaFile(join('dashboards', file)))),
  );
}

/** With those that a collapsed row holds; `repeated` where the row is repeated for each value of a variable. */
export function allPanels(board: Dashboard): readonly (Panel & { readonly repeated?: string })[] {
  return board.panels.flatMap((row) => [
    row,
    ...(row.panels ?? []).map((inner) => ({
      ...inner,
      ...(row.repeat === undefined ? {} : { repeated: row.repeat }),
    })),
  ]);
}

export function alertRules(): readonly AlertRule[] {
  return ruleFile
    .parse(parse(grafanaFile('provisioning/alerting/datayoti-rules.yaml')))
    .groups.flatMap((group) => group.rules);
}

export function dataSource(): z.infer<typeof dataSources>['datasources'][0] {
  return dataSources.parse(parse(grafanaFile('provisioning/datasources/datayoti.yaml'))).datasources[0];
}

export function dashboardProvider(): z.infer<typeof providers>['providers'][0] {
  return providers.parse(parse(grafanaFile('provisioning/dashboards/datayoti.yaml'))).providers[0];
}
