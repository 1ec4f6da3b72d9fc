import { resolve } from 'node:path';
import type { Command } from 'commander';
import { verifyReport, type VerifiedBundle } from '../../survey/bundle/verify-bundle.ts';
import { exitCodes, show, withCommon, type Common } from './answer.ts';
import { loadWords, say, type Words } from './words.ts';

type VerifyOptions = Common & { readonly fingerprint?: string };

/** `survey verify`: needs no application and no database, so that a customer's office can check what it was given. */
export function addSurveyReportCommands(program: Command): void {
  const survey =
    program.commands.find((command) => command.name() === 'survey') ??
    program.command('survey').description('site surveys and their reports');
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
