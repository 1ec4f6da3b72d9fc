import { join } from 'node:path';
import type { Command } from 'commander';
import { silentLog } from '../../foundation/log.ts';
import { createViews, dropViews, migrate, recreateViews, schemaStatus } from '../../storage/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { dataFolder, show, targetOf, withCommon, withTarget, type Common } from './answer.ts';
import { embeddedAddress, withDatabase } from './database-target.ts';

const sqlFolder = join(applicationRoot, 'sql');

/** `db ...`: the schema of an external database, or of the embedded one. */
export function addDatabaseCommands(program: Command): void {
  const db = program.command('db').description('schema of the database');
  withTarget(db.command('migrate').description('bring the schema up to date'))
    .option('--dry-run', 'say what would run')
    .option('--repair', 'complete a half-initialised database, keeping every row')
    .action(async (options: Common & { dryRun?: boolean; repair?: boolean }) => {
      const report = await withDatabase({ ...targetOf(options), mayCreate: true }, (owner) =>
        migrate(owner, {
          folder: sqlFolder,
          appVersion: applicationVersion,
          log: silentLog,
          dryRun: options.dryRun === true,
          repair: options.repair === true,
        }),
      );
      const verb = options.dryRun === true ? 'would run' : 'applied';
      show(options, report, [
        ...report.applied.map((name) => `${verb} ${name}`),
        `${report.applied.length} ${verb}, ${report.alreadyApplied} were there (${report.variant}).`,
      ]);
    });
  withTarget(db.command('status').description('what has run and what is waiting')).action(
    async (options: Common) => {
      const status = await withDatabase({ ...targetOf(options), mayCreate: false }, (owner) =>
        schemaStatus(owner, sqlFolder),
      );
      show(options, status, [
        ...status.applied.map(
          (entry) => `applied  ${entry.name}  ${new Date(entry.appliedMs).toISOString()}`,
        ),
        ...status.pending.map((name) => `pending  ${name}`),
      ]);
    },
  );
  withCommon(db.command('shell-env').description('how psql and other programs reach the embedded database'))
    .option('--with-password', 'the password too; without it psql asks')
    .action(async (options: Common & { withPassword?: boolean }) => {
      const { password, ...address } = await embeddedAddress(dataFolder(options));
      const shown = options.withPassword === true ? { ...address, password } : address;
      // The names that libpq reads (PostgreSQL manual, 32.15).
      const names = { host: 'PGHOST', port: 'PGPORT', database: 'PGDATABASE', user: 'PGUSER' } as const;
      show(options, shown, [
        ...(['host', 'port', 'database', 'user'] as const).map(
          (key) => `export ${names[key]}=${address[key]}`,
        ),
        ...(options.withPassword === true ? [`export PGPASSWORD='${password}'`] : []),
      ]);
    });
  const views = db.command('views').description('the views over the readings');
  for (const [name, work] of [
    ['create', createViews],
    ['recreate', recreateViews],
    ['drop', dropViews],
  ] as const) {
    withTarget(views.command(name)).action(async (options: Common) => {
      const names = await withDatabase({ ...targetOf(options), mayCreate: false }, (owner) =>
        work(owner, sqlFolder),
      );
      show(options, { views: names }, [`${name}: ${names.join(', ')}`]);
    });
  }
}
