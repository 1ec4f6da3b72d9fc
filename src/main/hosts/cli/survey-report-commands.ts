import { resolve } from 'node:path';
import type { Command } from 'commander';
import { verifyReport, type VerifiedBundle } from '../../survey/bundle/verify-bundle.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { dataFolder, exitCodes, show, withCommon, type Common } from './answer.ts';
import { applicationClient } from './application-client.ts';
import { untilSignal } from './board-work.ts';
import { ProgressTeller } from './progress.ts';
import { loadWords, say, type Words } from './words.ts';

type ReportOptions = Common & { readonly out?: string; readonly photoMetadata?: boolean };
type VerifyOptions = Common & { readonly fingerprint?: string };

/** `survey report`, and `survey verify`, which needs no application and no database, so that a customer's office can check what it was given. */
export function addSurveyReportCommands(program: Command): void {
  const survey =
    program.commands.find((command) => command.name() === 'survey') ??
    program.command('survey').description('site surveys and their reports');
  withCommon(
    survey
      .command('report <survey>')
      .description('write the report of a survey (its id) with its data as a signed ZIP file'),
  )
    .option('--out <path>', 'file, or folder that it goes into under its usual name; else the current folder')
    .option('--photo-metadata', 'photos keep what their cameras wrote into them (place, time, make)')
    .action(report);
  withCommon(
    survey
      .command('verify <file>')
      .description(
        'check the signature of a report: one changed byte is found; exit code 1 where it is not valid',
      ),
  )
    .option('--fingerprint <hex>', 'the key must be this one, as the report prints it')
    .action(verify);
}

async function report(id: string, options: ReportOptions): Promise<void> {
  const words = await loadWords();
  const shown = new ProgressTeller(options, words);
  let phase = '';
  const written = await untilSignal(async (signal) => {
    const application = await applicationClient(dataFolder(options), signal);
    try {
      const order = {
        id,
        target: resolve(options.out ?? '.'),
        keepPhotoMetadata: options.photoMetadata === true,
      };
      for await (const item of await application.client.surveyReport.write(order, { signal })) {
        if (item.type === 'done') return item.result;
        const { progress } = item;
        if (progress.phase !== phase)
          shown.step(say(words, `survey.report.${progress.phase}`), { type: 'phase', phase: progress.phase });
        phase = progress.phase;
      }
      throw new AppError('connection.lost', 'The application ended before the report did.');
    } finally {
      await application.close();
    }
  }).finally(() => shown.end());
  if (written === undefined)
    throw new AppError('survey.report-cancelled', 'The report was cancelled; nothing was written.');
  show(options, written, [
    say(words, 'survey.report.written', { ...written }),
    say(words, 'survey.verify.data', { hash: written.dataSha256 }),
    say(words, 'survey.verify.key', { fingerprint: grouped(written.fingerprint) }),
  ]);
}

async function verify(file: string, options: VerifyOptions): Promise<void> {
  const checked = await verifyReport(resolve(file), options.fingerprint);
  const { valid, problems, manifest, fingerprint } = checked;
  const answer = {
    file: checked.file,
    valid,
    problems,
    fingerprint,
    survey: manifest?.survey ?? null,
    created: manifest?.created ?? null,
    files: manifest?.files ?? [],
  };
  show(options, answer, linesOf(checked, await loadWords(), options.fingerprint !== undefined));
  if (!valid) process.exitCode = exitCodes.failed;
}

function linesOf(
  { file, valid, problems, manifest, fingerprint }: VerifiedBundle,
  words: Words,
  compared: boolean,
): readonly string[] {
  const key = 'survey.verify';
  return [
    ...(manifest === null
      ? []
      : [
          say(words, `${key}.survey`, {
            title: manifest.survey.title,
            revision: manifest.survey.revision,
            created: manifest.created,
          }),
          say(words, `${key}.data`, { hash: manifest.survey.dataSha256 }),
          ...(manifest.survey.finished ? [] : [say(words, `${key}.draft`)]),
        ]),
    ...(fingerprint === null ? [] : [say(words, `${key}.key`, { fingerprint: grouped(fingerprint) })]),
    ...problems.map(({ problem, path }) => say(words, `${key}.problems.${problem}`, { path })),
    say(words, `${key}.${valid ? 'valid' : 'invalid'}`, { file }),
    ...(valid && !compared ? [say(words, `${key}.compare`)] : []),
  ];
}

/** As the report prints it. */
const grouped = (hash: string): string => hash.replaceAll(/(.{8})(?=.)/g, '$1 ');
