import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { accountRole, username as usernameForm } from '../../../shared/contract/broker.ts';
import { isAppError } from '../../../shared/domain/app-error.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { systemClock } from '../../foundation/clock.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { AccountStore } from '../../stack/index.ts';
import { createViews, dropViews, migrate, recreateViews, schemaStatus } from '../../storage/index.ts';
import { makeSupportBundle, runDoctor } from '../../system/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { defaultDataFolder, pathsFor } from '../platform-paths.ts';
import { addServeOptions, serveOptionsFrom } from '../web/serve-options.ts';
import { failureText, serve } from '../web/serve.ts';
import { passwordFrom, withDatabase } from './database-target.ts';
import { runIngest } from './ingest-command.ts';
import { addVirtualBoardCommand } from './virtual-board-command.ts';
import { addNvsCommands } from './nvs-commands.ts';

interface Common {
  readonly json?: boolean;
  readonly data?: string;
  readonly db?: string;
  readonly dbPasswordFile?: string;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const sqlFolder = join(applicationRoot, 'sql');

/** One answer in two forms: JSON for scripts, lines for people. */
function show(options: Common, value: unknown, lines: readonly string[]): void {
  if (options.json === true) print(JSON.stringify(value));
  else for (const line of lines) print(line);
}

function dataFolder(options: Common): string {
  return options.data === undefined ? defaultDataFolder() : resolve(options.data);
}

function target(options: Common) {
  return {
    db: options.db,
    passwordFile: options.dbPasswordFile,
    data: dataFolder(options),
    root: applicationRoot,
  };
}

const program = new Command('datayoti')
  .description('DataYoti Field from the command line')
  .version(applicationVersion);
const withCommon = (command: Command): Command =>
  command.option('--json', 'answer in JSON').option('--data <folder>', 'data folder of the application');
const withTarget = (command: Command): Command =>
  withCommon(command)
    .option('--db <url>', 'postgres://user@host:port/database; without it the embedded database')
    .option('--db-password-file <file>', 'file with its password (or the variable DATAYOTI_DB_PASSWORD)');

addServeOptions(
  program
    .command('serve')
    .description('run the application as a local web page')
    .option('--json', 'print the lines as JSON'),
).action(async (options: Common) => {
  const say =
    options.json === true ? (line: string): void => print(JSON.stringify({ message: line.trim() })) : print;
  process.exitCode = await serve(
    serveOptionsFrom(options, {
      root: applicationRoot,
      appVersion: applicationVersion,
      data: dataFolder(options),
      say,
    }),
  );
});

withTarget(program.command('ingest').description('store what sensors publish on a broker into a database'))
  .requiredOption('--mqtt <url>', 'mqtt:// or mqtts://[user@]host[:port]')
  .option('--mqtt-password-file <file>', 'file with its password (or the variable DATAYOTI_MQTT_PASSWORD)')
  .option('--ca <file>', 'certificate authority of the broker, PEM')
  .option('--topic <filter...>', 'subscriptions', ['datayoti/sensor/#'])
  .option('--client-id <id>', 'stable client id, so that the broker keeps what arrives while this is away')
  .action(
    async (
      options: Common & {
        mqtt: string;
        mqttPasswordFile?: string;
        ca?: string;
        topic: string[];
        clientId?: string;
      },
    ) => {
      const mqttPassword = await passwordFrom(options.mqttPasswordFile, 'DATAYOTI_MQTT_PASSWORD');
      process.exitCode = await withDatabase(target(options), (database) =>
        runIngest({ ...options, mqttPassword, database, json: options.json === true, print }),
      );
    },
  );

const db = program.command('db').description('schema of the database');
withTarget(db.command('migrate').description('bring the schema up to date'))
  .option('--dry-run', 'say what would run')
  .option('--repair', 'complete a half-initialised database, keeping every row')
  .action(async (options: Common & { dryRun?: boolean; repair?: boolean }) => {
    const report = await withDatabase(target(options), (owner) =>
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
    const status = await withDatabase(target(options), (owner) => schemaStatus(owner, sqlFolder));
    show(options, status, [
      ...status.applied.map((entry) => `applied  ${entry.name}  ${new Date(entry.appliedMs).toISOString()}`),
      ...status.pending.map((name) => `pending  ${name}`),
    ]);
  },
);
const views = db.command('views').description('the views over the readings');
for (const [name, work] of [
  ['create', createViews],
  ['recreate', recreateViews],
  ['drop', dropViews],
] as const) {
  withTarget(views.command(name)).action(async (options: Common) => {
    const names = await withDatabase(target(options), (owner) => work(owner, sqlFolder));
    show(options, { views: names }, [`${name}: ${names.join(', ')}`]);
  });
}

withCommon(program.command('doctor').description('what works on this machine')).action(
  async (options: Common) => {
    const checks = await doctorChecks(options);
    show(
      options,
      { checks },
      checks.flatMap((check) => [
        `${check.status.padEnd(5)} ${check.id.padEnd(18)} ${check.finding}`,
        ...(check.remedy === null ? [] : [`      ${' '.repeat(18)} -> ${check.remedy}`]),
      ]),
    );
    if (checks.some((check) => check.status === 'fail')) process.exitCode = 1;
  },
);

withCommon(program.command('support-bundle').description('one zip for support, without secrets'))
  .option('--output <file>', 'where to write it')
  .action(async (options: Common & { output?: string }) => {
    const folder = dataFolder(options);
    const settings = await SettingsStore.open(join(folder, 'settings.json'), silentLog);
    const bundle = await makeSupportBundle(join(folder, 'logs'), {
      versions: () => ({
        application: applicationVersion,
        ...process.versions,
        os: process.platform,
        arch: process.arch,
      }),
      settings: () => settings.current,
      doctor: () => doctorChecks(options),
    });
    const file = resolve(options.output ?? `datayoti-support-${new Date().toISOString().slice(0, 10)}.zip`);
    await writeFile(file, bundle, { mode: 0o600 });
    show(options, { file, bytes: bundle.length }, [`Written: ${file} (${bundle.length} bytes)`]);
  });

addNvsCommands(program, print);
const accounts = program.command('accounts').description('who may talk to the embedded broker');
const store = (options: Common): AccountStore =>
  new AccountStore(join(dataFolder(options), 'broker', 'accounts.json'), systemClock);
withCommon(accounts.command('list')).action(async (options: Common) => {
  const items = await store(options).list();
  show(
    options,
    { items },
    items.map((item) => `${item.username}  ${item.role}${item.mac === null ? '' : `  ${item.mac}`}`),
  );
});
withCommon(accounts.command('add <username>'))
  .requiredOption('--role <role>', `one of ${accountRole.options.join(', ')}`)
  .option('--mac <address>', 'the device of a device account')
  .option(
    '--password-file <file>',
    'file with the password (or DATAYOTI_ACCOUNT_PASSWORD); without it one is made',
  )
  .action(async (name: string, options: Common & { role: string; mac?: string; passwordFile?: string }) => {
    const role = accountRole.parse(options.role);
    const mac =
      options.mac === undefined
        ? null
        : (parseMacAddress(options.mac) ?? program.error('that is no MAC address'));
    if (role === 'device' && mac === null) program.error('a device account needs --mac');
    const given = await passwordFrom(options.passwordFile, 'DATAYOTI_ACCOUNT_PASSWORD');
    const made = await store(options).create({
      username: usernameForm.parse(name),
      role,
      mac,
      password: given ?? '',
    });
    show(options, { account: made.account, ...(given === undefined ? { password: made.password } : {}) }, [
      `Account ${made.account.username} is there.`,
      ...(given === undefined ? [`Password, shown once: ${made.password}`] : []),
    ]);
  });
withCommon(accounts.command('password <username>'))
  .option('--password-file <file>', 'file with the new password; without it one is made')
  .action(async (name: string, options: Common & { passwordFile?: string }) => {
    const given = await passwordFrom(options.passwordFile, 'DATAYOTI_ACCOUNT_PASSWORD');
    const password = await store(options).setPassword(name, given ?? '');
    show(
      options,
      given === undefined ? { password } : {},
      given === undefined ? [`Password, shown once: ${password}`] : ['Changed.'],
    );
  });
withCommon(accounts.command('remove <username>')).action(async (name: string, options: Common) => {
  await store(options).remove(name);
  show(options, {}, ['Removed.']);
});

addVirtualBoardCommand(program, print);

async function doctorChecks(options: Common) {
  const folder = dataFolder(options);
  const settings = await SettingsStore.open(join(folder, 'settings.json'), silentLog);
  return runDoctor({
    settings: () => settings.current,
    dataFolder: folder,
    postgresFolder: pathsFor(folder, applicationRoot).postgres,
    ownPorts: () => [],
  });
}

try {
  await program.parseAsync();
} catch (error) {
  const asJson = process.argv.includes('--json');
  if (asJson && isAppError(error))
    print(JSON.stringify({ error: { code: error.code, message: error.message, data: error.data } }));
  else process.stderr.write(`${failureText(error)}\n`);
  process.exitCode = 1;
}
process.exit();
