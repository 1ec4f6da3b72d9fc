import { join } from 'node:path';
import type { Command } from 'commander';
import { silentLog } from '../../foundation/log.ts';
import { runStandingIngest } from '../../wiring/standing-ingest.ts';
import { SettingsStore } from '../../settings/index.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { dataFolder, passwordFrom, print, targetOf, withTarget, type Common } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { brokerTarget } from './broker-target.ts';

/** `ingest`: from any broker into any database. */
export function addIngestCommand(program: Command): void {
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
      'each hour drop whole days past the retention (365 and 183 days unless set otherwise), once somebody agreed: db retention allow',
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
        await withDatabase(
          { ...targetOf(options), mayCreate: false, statementTimeoutMs: 60_000 },
          (database, signal) =>
            runStandingIngest(
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
}
