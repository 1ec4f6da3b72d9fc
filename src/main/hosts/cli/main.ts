import { join } from 'node:path';
import { Command } from 'commander';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { addServeOptions, serveOptionsFrom } from '../web/serve-options.ts';
import { serve } from '../web/serve.ts';
import { addAccountCommands } from './account-commands.ts';
import {
  dataFolder,
  passwordFrom,
  print,
  reportFailure,
  targetOf,
  withTarget,
  type Common,
} from './answer.ts';
import { addDatabaseCommands } from './database-commands.ts';
import { withDatabase } from './database-target.ts';
import { brokerTarget, runIngest } from './ingest-command.ts';
import { addNvsCommands } from './nvs-commands.ts';
import { addSupportCommands } from './support-commands.ts';
import { addVirtualBoardCommand } from './virtual-board-command.ts';

const asJson = process.argv.includes('--json');
const program = new Command('datayoti')
  .description('DataYoti Field from the command line')
  .version(applicationVersion)
  .exitOverride()
  // What a script reads stays JSON alone; the failure is reported as such.
  .configureOutput({ writeErr: (text) => void (asJson || process.stderr.write(text)) });

addServeOptions(
  program
    .command('serve')
    .description('run the application as a local web page')
    .option('--json', 'print the lines as JSON'),
).action(async (options: Common) => {
  process.exitCode = await serve(
    serveOptionsFrom(options, {
      root: applicationRoot,
      appVersion: applicationVersion,
      data: dataFolder(options),
      say: options.json === true ? sayAsJson : print,
    }),
  );
});

withTarget(program.command('ingest').description('store what sensors publish on a broker into a database'))
  .requiredOption('--mqtt <url>', 'mqtt:// or mqtts://[user@]host[:port]')
  .option('--mqtt-password-file <file>', 'file with its password (or the variable DATAYOTI_MQTT_PASSWORD)')
  .option('--ca <file>', 'certificate authority of the broker, PEM')
  .option('--topic <filter...>', 'subscriptions', ['datayoti/sensor/#'])
  .option(
    '--client-id <id>',
    'stable client id, so that the broker keeps what arrives while this is away; with other topics give another one, since the broker goes on delivering what the old ones asked for (the default follows the topics)',
  )
  .option(
    '--drop-expired',
    'each hour drop whole days past the retention (365 and 183 days unless set otherwise)',
  )
  .action(
    async (
      options: Common & {
        mqtt: string;
        dropExpired?: boolean;
        mqttPasswordFile?: string;
        ca?: string;
        topic: string[];
        clientId?: string;
      },
    ) => {
      const password = await passwordFrom(options.mqttPasswordFile, 'DATAYOTI_MQTT_PASSWORD');
      const broker = await brokerTarget({ ...options, password });
      // Retention and bounds as the person set them for this data folder, else the usual ones.
      const settingsFile = join(dataFolder(options), 'settings.json');
      const settings = (await SettingsStore.open(settingsFile, silentLog)).current;
      process.exitCode = await withDatabase(
        { ...targetOf(options), mayCreate: false, statementTimeoutMs: 60_000 },
        (database, signal) =>
          runIngest(
            {
              broker,
              topic: options.topic,
              json: options.json === true,
              print,
              settings,
              dropExpired: options.dropExpired === true,
              sqlFolder: join(applicationRoot, 'sql'),
              appVersion: applicationVersion,
            },
            database,
            signal,
          ),
      );
    },
  );
addDatabaseCommands(program);
addSupportCommands(program);
addNvsCommands(program, print);
addVirtualBoardCommand(program, print);
addAccountCommands(program);

function sayAsJson(text: string): void {
  const link = /\bhttps?:\/\/\S+/.exec(text)?.[0];
  print(JSON.stringify({ message: text.trim(), ...(link === undefined ? {} : { link }) }));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error, asJson);
}
// What was written to a pipe is on its way until its callback; a driver or a timer must not hold the end up.
process.stdout.write('', () => process.exit());
