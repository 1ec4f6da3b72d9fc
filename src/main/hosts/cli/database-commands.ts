import { join } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import {
  createViews,
  dropViews,
  migrate,
  recreateViews,
  schemaStatus,
  setRolePasswords,
  type RolePasswords,
} from '../../storage/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { dataFolder, passwordFrom, show, targetOf, withCommon, withTarget, type Common } from './answer.ts';
import { embeddedAddress, withDatabase } from './database-target.ts';

const sqlFolder = join(applicationRoot, 'sql');
const ingestorVariable = 'DATAYOTI_INGESTOR_PASSWORD';
const grafanaVariable = 'DATAYOTI_GRAFANA_PASSWORD';
const roleNames = { ingestor: 'mqtt_ingestor', grafana: 'grafana_reader' } as const;

type MigrateOptions = Common & {
  readonly dryRun?: boolean;
  readonly repair?: boolean;
  readonly ingestorPasswordFile?: string;
  readonly grafanaPasswordFile?: string;
};

/** Of the two service roles, those that were given. @throws AppError `file.unreadable`, `request.invalid` */
async function rolePasswords(options: MigrateOptions): Promise<Partial<RolePasswords>> {
  // The embedded database's own are kept by the application and set at each start: these would not last.
  if (options.db === undefined) return {};
  const ingestor = rolePassword(
    await passwordFrom(options.ingestorPasswordFile, ingestorVariable),
    'ingestor',
  );
  const grafana = rolePassword(await passwordFrom(options.grafanaPasswordFile, grafanaVariable), 'grafana');
  return {
    ...(ingestor === undefined ? {} : { ingestor }),
    ...(grafana === undefined ? {} : { grafana }),
  };
}

function rolePassword(given: string | undefined, field: string): string | undefined {
  if (given === undefined || given === '') return undefined;
  // Beyond ASCII the verifier would need a normal form (RFC 4013) that the server and we might see differently.
  if (/^[\x20-\x7e]{8,}$/.test(given)) return given;
  throw new AppError(
    'request.invalid',
    `The ${field} password must have at least 8 characters, printable ASCII only.`,
    { field },
  );
}

/** `db ...`: the schema of an external database, or of the embedded one. */
export function addDatabaseCommands(program: Command): void {
  const db = program.command('db').description('schema of the database');
  withTarget(db.command('migrate').description('bring the schema up to date'))
    .option('--dry-run', 'say what would run')
    .option('--repair', 'complete a half-initialised database, keeping every row')
    .option(
      '--ingestor-password-file <file>',
      `file with the password to give mqtt_ingestor (or ${ingestorVariable})`,
    )
    .option(
      '--grafana-password-file <file>',
      `file with the password to give grafana_reader (or ${grafanaVariable})`,
    )
    .action(async (options: MigrateOptions) => {
      const passwords = await rolePasswords(options);
      const report = await withDatabase({ ...targetOf(options), mayCreate: true }, async (owner) => {
        const migrated = await migrate(owner, {
          folder: sqlFolder,
          appVersion: applicationVersion,
          log: silentLog,
          dryRun: options.dryRun === true,
          repair: options.repair === true,
        });
        if (options.dryRun === true) return { ...migrated, passwordsSet: [] };
        await setRolePasswords(owner, passwords);
        const passwordsSet = Object.keys(passwords).map((name) => roleNames[name as keyof RolePasswords]);
        return { ...migrated, passwordsSet };
      });
      const verb = options.dryRun === true ? 'would run' : 'applied';
      show(options, report, [
        ...report.applied.map((name) => `${verb} ${name}`),
        ...report.passwordsSet.map((role) => `password set: ${role}`),
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
