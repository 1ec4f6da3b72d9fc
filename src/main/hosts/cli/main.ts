import { Command } from 'commander';
import { applicationVersion } from '../application-root.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { print, reportFailure } from './answer.ts';
import { takeLanguage } from './language.ts';
import { loadWords, say } from './words.ts';

interface Group {
  readonly names: readonly string[];
  readonly add: (program: Command) => Promise<void>;
}

/** In the order of the help. A command loads its own group only: what it does not need is not waited for. */
const groups: readonly Group[] = [
  { names: ['serve'], add: async (to) => (await import('./serve-command.ts')).addServeCommand(to) },
  {
    names: ['ports', 'identify', 'blink', 'reset'],
    add: async (to) => (await import('./port-commands.ts')).addPortCommands(to),
  },
  {
    names: ['flash', 'backup', 'restore'],
    add: async (to) => (await import('./flash-commands.ts')).addFlashCommands(to),
  },
  {
    names: ['provision'],
    add: async (to) => (await import('./provision-command.ts')).addProvisionCommand(to),
  },
  { names: ['monitor'], add: async (to) => (await import('./monitor-command.ts')).addMonitorCommand(to) },
  { names: ['improv'], add: async (to) => (await import('./improv-commands.ts')).addImprovCommands(to) },
  {
    names: ['firmware'],
    add: async (to) => (await import('./firmware-commands.ts')).addFirmwareCommands(to),
  },
  { names: ['stack'], add: async (to) => (await import('./stack-commands.ts')).addStackCommands(to) },
  { names: ['ingest'], add: async (to) => (await import('./ingest-options.ts')).addIngestCommand(to) },
  { names: ['db'], add: async (to) => (await import('./database-commands.ts')).addDatabaseCommands(to) },
  { names: ['db'], add: async (to) => (await import('./retention-commands.ts')).addRetentionCommands(to) },
  {
    names: ['readings'],
    add: async (to) => (await import('./readings-commands.ts')).addReadingsCommands(to),
  },
  { names: ['sync'], add: async (to) => (await import('./sync-commands.ts')).addSyncCommands(to) },
  {
    names: ['conformity'],
    add: async (to) => (await import('./conformity-commands.ts')).addConformityCommands(to),
  },
  {
    names: ['history'],
    add: async (to) => (await import('./history-commands.ts')).addHistoryCommands(to),
  },
  {
    names: ['health', 'check', 'alerts'],
    add: async (to) => (await import('./health-commands.ts')).addHealthCommands(to),
  },
  { names: ['survey'], add: async (to) => (await import('./survey-commands.ts')).addSurveyCommands(to) },
  {
    names: ['survey'],
    add: async (to) => (await import('./survey-report-commands.ts')).addSurveyReportCommands(to),
  },
  {
    names: ['traffic'],
    add: async (to) => (await import('./traffic-commands.ts')).addTrafficCommands(to),
  },
  { names: ['stack'], add: async (to) => (await import('./backup-commands.ts')).addBackupCommands(to) },
  {
    names: ['doctor', 'support-bundle'],
    add: async (to) => (await import('./support-commands.ts')).addSupportCommands(to),
  },
  { names: ['nvs'], add: async (to) => (await import('./nvs-commands.ts')).addNvsCommands(to, print) },
  {
    names: ['virtual-board'],
    add: async (to) => (await import('./virtual-board-command.ts')).addVirtualBoardCommand(to, print),
  },
  { names: ['accounts'], add: async (to) => (await import('./account-commands.ts')).addAccountCommands(to) },
];

const { args, language } = takeLanguage(process.argv);
if (typeof language === 'string') process.env['DATAYOTI_LANG'] = language;
const asJson = args.includes('--json');
const program = new Command('datayoti')
  .description('DataYoti Field from the command line')
  .version(applicationVersion)
  .option('--lang <en|fr>', 'language of errors and progress; else DATAYOTI_LANG or the locale')
  .exitOverride()
  // What a script reads stays JSON alone; the failure is reported as such.
  .configureOutput({ writeErr: (text) => void (asJson || process.stderr.write(text)) });

try {
  if (language === null)
    throw new AppError('request.invalid', say(await loadWords(), 'badLanguage'), { field: 'lang' });
  const wanted = args[2] ?? '';
  const own = groups.filter(({ names }) => names.includes(wanted));
  const needed = own.length > 0 || wanted === '--version' ? own : groups;
  for (const { add } of needed) await add(program);
  await program.parseAsync([...args]);
} catch (error) {
  process.exitCode = await reportFailure(error, asJson);
}
// What was written to a pipe is on its way until its callback; a driver or a timer must not hold the end up.
process.stdout.write('', () => process.exit());
