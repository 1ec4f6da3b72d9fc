import { stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CheckResult } from '../../../shared/contract/system.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { silentLog } from '../../foundation/log.ts';
import { SettingsStore } from '../../settings/index.ts';
import { schemaStatus } from '../../storage/index.ts';
import { makeSupportBundle, runDoctor } from '../../system/index.ts';
import { enginesHere } from '../../wiring/compose-docker.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { runningInstance } from '../instance-lock.ts';
import { pathsFor } from '../platform-paths.ts';
import { dataFolder, exitCodes, show, targetOf, withCommon, type Common } from './answer.ts';
import { withDatabase } from './database-target.ts';
import { loadWords, type Words } from './words.ts';

/** `doctor` and `support-bundle`. Both only look. */
export function addSupportCommands(program: Command): void {
  withCommon(program.command('doctor').description('what works on this machine')).action(
    async (options: Common) => {
      const checks = await doctorChecks(options);
      const words = await loadWords();
      show(
        options,
        { checks },
        checks.flatMap((check) => {
          const { finding, remedy } = sentencesOf(check, words);
          return [
            `${check.status.padEnd(5)} ${check.id.padEnd(18)} ${finding}`,
            ...(remedy === null ? [] : [`      ${' '.repeat(18)} -> ${remedy}`]),
          ];
        }),
      );
      if (checks.some((check) => check.status === 'fail')) process.exitCode = exitCodes.failed;
    },
  );
  withCommon(program.command('support-bundle').description('one zip for support, without secrets'))
    .option('--output <file>', 'where to write it')
    .action(async (options: Common & { output?: string }) => {
      const folder = dataFolder(options);
      const bundle = await makeSupportBundle(join(folder, 'logs'), {
        versions: () => ({
          application: applicationVersion,
          ...process.versions,
          os: process.platform,
          arch: process.arch,
        }),
        settings: async () => (await settingsOf(folder)).current,
        state: () => stateOf(options),
        doctor: () => doctorChecks(options),
      });
      const day = new Date().toISOString().slice(0, 10);
      const file = resolve(options.output ?? `datayoti-support-${day}.zip`);
      await write(file, bundle);
      show(options, { file, bytes: bundle.length }, [`Written: ${file} (${bundle.length} bytes)`]);
    });
}

function sentencesOf(check: CheckResult, words: Words): Pick<CheckResult, 'finding' | 'remedy'> {
  const own = (part: 'finding' | 'remedy'): string | undefined =>
    words.language === 'en' ? undefined : words(`checks.${check.word}.${part}`, check.data);
  return { finding: own('finding') ?? check.finding, remedy: own('remedy') ?? check.remedy };
}

/** What can be told from outside: does the application run, and how far is its schema? Starts nothing. */
async function stateOf(options: Common) {
  const folder = dataFolder(options);
  const running = await runningInstance(folder);
  const made = (await stat(folder).catch(() => undefined)) !== undefined;
  const schema =
    running === undefined
      ? 'not asked: the application does not run'
      : await withDatabase(
          { ...targetOf({ ...options, data: folder }), db: undefined, mayCreate: false },
          (owner) => schemaStatus(owner, join(applicationRoot, 'sql')),
        ).catch((error: unknown) => String(error));
  return { dataFolder: folder, made, processId: running?.pid ?? null, schema };
}

async function doctorChecks(options: Common) {
  const folder = dataFolder(options);
  const { current } = await settingsOf(folder);
  const running = await runningInstance(folder);
  return runDoctor({
    settings: () => current,
    dataFolder: folder,
    postgresFolder: pathsFor(folder, applicationRoot).postgres,
    electronFolder: join(applicationRoot, 'node_modules', 'electron'),
    ownPorts: () => [],
    engines: () => enginesHere(folder),
    // A driver that cannot be loaded is a finding, and must not take the other checks with it.
    serialAccess: async () => (await import('../../serial/index.ts')).portAccess(),
    // Its database is a process of its own; where the system does not tell who holds a port, it is the likeliest.
    isOwnHolder: (holder, port) =>
      running !== undefined &&
      (holder === null ||
        holder.pid === running.pid ||
        (port === current.postgresPort && holder.program.startsWith('postgres'))),
  });
}

function settingsOf(folder: string): Promise<SettingsStore> {
  return SettingsStore.open(join(folder, 'settings.json'), silentLog);
}

async function write(file: string, content: Buffer): Promise<void> {
  try {
    await writeFile(file, content, { mode: 0o600 });
  } catch (error) {
    throw new AppError('file.unwritable', `The file ${file} cannot be written.`, { file }, error);
  }
}
