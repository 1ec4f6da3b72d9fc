import { openAsBlob } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { z } from 'zod';
import { siteRef as siteRefForm } from '../../../shared/contract/common.ts';
import type { Client } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/domain/app-error.ts';
import { sendInPieces } from '../../../shared/domain/send-survey-file.ts';
import { argument, dataFolder, show, withCommon, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { loadWords, say } from './words.ts';

/** `survey list`, `export` and `import`: of the application that runs on the data folder, else of one inside the command. */
export function addSurveyCommands(program: Command): void {
  const survey = program.command('survey').description('site surveys');
  withCommon(survey.command('list', { isDefault: true }))
    .description('surveys with their revisions, newest change first')
    .option('--site <ref>', 'only those of this site')
    .action(list);
  withCommon(survey.command('export <id> <file>'))
    .description(
      'one revision as a ZIP: survey.json, samples.csv and its images; the file must not be there yet',
    )
    .action(exportSurvey);
  withCommon(survey.command('import <file>'))
    .description('a survey that was exported, as it was; twice is once')
    .action(importSurvey);
}

async function list(options: Common & { readonly site?: string }): Promise<void> {
  const siteRef = options.site === undefined ? undefined : argument(siteRefForm, options.site, 'site');
  const words = await loadWords();
  await using(options, async (client, signal) => {
    const answer = await client.survey.list(siteRef === undefined ? {} : { siteRef }, { signal });
    show(options, answer, [
      ...answer.items.map(({ id, revision, state, title, donePoints, points }) =>
        [id, `r${revision}`, state, `${donePoints}/${points}`, title].join('  '),
      ),
      say(words, 'survey.summary', { surveys: answer.items.length }),
    ]);
  });
}

/** Written beside and renamed at the end: the name never stands for half a survey. */
async function exportSurvey(id: string, path: string, options: Common): Promise<void> {
  const surveyId = argument(z.uuid(), id, 'id');
  const file = resolve(path);
  if ((await stat(file).catch(() => undefined)) !== undefined)
    throw new AppError('file.unwritable', `${file} is there already.`, { file });
  const words = await loadWords();
  await using(options, async (client, signal) => {
    const { export: token, bytes } = await client.survey.openExport({ id: surveyId }, { signal });
    const beside = `${file}.part`;
    try {
      await writePieces(client, token, beside, signal);
      await rename(beside, file);
    } catch (error) {
      await rm(beside, { force: true });
      if (error instanceof AppError) throw error;
      throw new AppError('file.unwritable', `${file} cannot be written.`, { file }, error);
    }
    show(options, { id: surveyId, file, bytes }, [say(words, 'survey.exported', { file })]);
  });
}

async function writePieces(client: Client, token: string, path: string, signal: AbortSignal): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    for (let offset = 0, more = true; more;) {
      const answer = await client.survey.readExport({ export: token, offset }, { signal });
      const bytes = new Uint8Array(await answer.piece.arrayBuffer());
      await handle.write(bytes, 0, bytes.length, offset);
      offset += bytes.length;
      ({ more } = answer);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function importSurvey(path: string, options: Common): Promise<void> {
  const file = resolve(path);
  const content = await openAsBlob(file).catch((error: unknown) => {
    throw new AppError('file.unreadable', `The file ${file} cannot be read.`, { file }, error);
  });
  const words = await loadWords();
  await using(options, async (client, signal) => {
    const upload = await sendInPieces(client.survey, content, { signal });
    const answer = await client.survey.importBundle({ upload }, { signal });
    show(options, answer, [say(words, `survey.imported.${answer.outcome}`, { id: answer.id })]);
  });
}

/** Its stack runs: of a data folder that nobody works on, inside this command and for its time. */
async function using(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await untilSignal(async (signal) => {
    const { applicationClient } = await import('./application-client.ts');
    const application = await applicationClient(dataFolder(options), signal);
    try {
      await work(application.client, signal);
    } finally {
      await application.close();
    }
  });
}
