import { join } from 'node:path';
import type { Command } from 'commander';
import { defaultSettings, settingsPatch, type Settings } from '../../../shared/contract/settings.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import {
  agreedRetention,
  agreeRetention,
  agreeToLoseUnsynced,
  dropAgreed,
  expiredBeyond,
  heldUnsynced,
  type Database,
  type ExpiredTable,
  type Retention,
} from '../../storage/index.ts';
import { argument, dataFolder, show, targetOf, withCommon, withTarget, type Common } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { withClient } from './stack-client.ts';

type RetentionOptions = Common & {
  readonly readings?: string;
  readonly heartbeats?: string;
  readonly unsynced?: boolean;
};

/** `db retention ...`: how long readings are kept, and the agreement that must be there before any go. */
export function addRetentionCommands(program: Command): void {
  const db =
    program.commands.find((command) => command.name() === 'db') ??
    program.command('db').description('schema of the database');
  const retention = db.command('retention').description('how long readings and heartbeats are kept');
  withDays(withTarget(retention.command('show')))
    .description('what is past the retention, and whether anybody agreed that it goes')
    .action(async (options: RetentionOptions) => {
      const wanted = await wantedRetention(options);
      const state = await withDatabase({ ...targetOf(options), mayCreate: false }, (owner) =>
        stateOf(owner, wanted),
      );
      show(options, state, stateLines(state));
    });
  withDays(withTarget(retention.command('allow')))
    .description('agree to the retention: days past it go, now and from now on')
    .option('--unsynced', 'also those of now that no central database has yet')
    .action(async (options: RetentionOptions) => {
      const wanted = await wantedRetention(options);
      const result = await withDatabase({ ...targetOf(options), mayCreate: false }, async (owner) => {
        const { waiting } = await stateOf(owner, wanted);
        await agreeRetention(owner, wanted);
        if (options.unsynced === true) {
          const held = await heldUnsynced(owner, Date.now(), wanted);
          if (held.length > 0) await agreeToLoseUnsynced(owner, Math.max(...held.map(({ toMs }) => toMs)));
        }
        const dropped = await dropAgreed(owner, Date.now(), wanted);
        return { ...wanted, waiting, dropped, unsynced: await heldUnsynced(owner, Date.now(), wanted) };
      });
      show(options, result, [
        ...result.waiting.map(tableLine),
        `Agreed: readings ${wanted.sensorDataDays} days, heartbeats ${wanted.heartbeatDays} days; ${result.dropped.length} dropped now.`,
        ...result.unsynced.map((table) => `stays, not synced yet: ${tableLine(table)}`),
      ]);
    });
  withDays(withCommon(retention.command('set')))
    .description(
      'change how long the embedded and the Docker stack keep them; a shorter time is asked for again',
    )
    .action(async (options: RetentionOptions) => {
      const patch = daysOf(options);
      if (Object.keys(patch).length === 0)
        throw new AppError('request.invalid', 'Say --readings or --heartbeats, in days.', {
          field: 'readings',
        });
      const { sensorDataDays, heartbeatDays } = await withClient(options, (client, signal) =>
        client.settings.update(patch, { signal }),
      );
      show(options, { sensorDataDays, heartbeatDays }, [
        `Readings are kept for ${sensorDataDays} days, heartbeats for ${heartbeatDays}.`,
      ]);
    });
}

function withDays(command: Command): Command {
  return command
    .option('--readings <days>', 'days that readings are kept, instead of the settings')
    .option('--heartbeats <days>', 'days that heartbeats are kept, instead of the settings');
}

/** @throws AppError `request.invalid` */
function daysOf({ readings, heartbeats }: RetentionOptions): Partial<Pick<Settings, keyof Retention>> {
  const days = (text: string, key: keyof Retention, field: string): number =>
    argument(settingsPatch.shape[key].unwrap(), Number(text), field);
  return {
    ...(readings === undefined ? {} : { sensorDataDays: days(readings, 'sensorDataDays', 'readings') }),
    ...(heartbeats === undefined ? {} : { heartbeatDays: days(heartbeats, 'heartbeatDays', 'heartbeats') }),
  };
}

/** Of an external database the usual ones: its own applications have their own settings. */
async function wantedRetention(options: RetentionOptions): Promise<Retention> {
  const { sensorDataDays, heartbeatDays } =
    options.db === undefined
      ? (await SettingsStore.open(join(dataFolder(options), 'settings.json'), silentLog)).current
      : defaultSettings;
  return { sensorDataDays, heartbeatDays, ...daysOf(options) };
}

interface State extends Retention {
  readonly agreed: Awaited<ReturnType<typeof agreedRetention>>;
  readonly waiting: readonly ExpiredTable[];
  readonly unsynced: readonly ExpiredTable[];
}

async function stateOf(owner: Database, wanted: Retention): Promise<State> {
  return {
    ...wanted,
    agreed: await agreedRetention(owner),
    waiting: await expiredBeyond(owner, Date.now(), wanted),
    unsynced: await heldUnsynced(owner, Date.now(), wanted),
  };
}

function stateLines({ sensorDataDays, heartbeatDays, agreed, waiting, unsynced }: State): readonly string[] {
  return [
    `Readings are kept for ${sensorDataDays} days, heartbeats for ${heartbeatDays}.`,
    agreed === null
      ? 'Nobody agreed yet that older ones go: nothing is dropped.'
      : `Agreed ${new Date(agreed.agreedMs).toISOString()}: ${agreed.sensorDataDays} and ${agreed.heartbeatDays} days.`,
    ...waiting.map((table) => `waits for an agreement: ${tableLine(table)}`),
    ...unsynced.map((table) => `stays, not synced yet: ${tableLine(table)}`),
  ];
}

function tableLine({ table, days, rows, bytes, fromMs, toMs }: ExpiredTable): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return `${table}, ${days} days from ${day(fromMs)} to ${day(toMs - 1)}, about ${rows} rows, ${bytes} bytes`;
}
