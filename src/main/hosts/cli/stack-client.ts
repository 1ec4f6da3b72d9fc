import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError } from '../../../shared/domain/app-error.ts';
import { dataFolder, type Common } from './answer.ts';
import { untilSignal } from './board-work.ts';
import { ProgressTeller } from './progress.ts';
import type { ApplicationClient } from './running-application.ts';
import { loadWords, say } from './words.ts';

export type Client = ApplicationClient['client'];

/** The application of the data folder, without starting its stack. */
export async function withClient<T>(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const result = await untilSignal(async (signal) => {
    const { applicationClient } = await import('./application-client.ts');
    const application = await applicationClient(dataFolder(options), signal, { started: false });
    try {
      return { value: await work(application.client, signal) };
    } finally {
      await application.close();
    }
  });
  if (result === undefined) throw new AppError('engine.cancelled', 'Cancelled.');
  return result.value;
}

type Told<R> =
  | {
      readonly type: 'progress';
      readonly progress: {
        readonly step: string;
        readonly service: string | null;
        readonly bytes: { readonly current: number; readonly total: number } | null;
      };
    }
  | { readonly type: 'done'; readonly result: R };

/** @param onCancel says what is left, before the application is let go */
export async function toldClient<R>(
  options: Common,
  work: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<Told<R>>>,
  onCancel: (client: Client) => Promise<void> = () => Promise.resolve(),
): Promise<R> {
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  return withClient(options, async (client, signal) => {
    let lastMegabytes = 0;
    let lastStep = '';
    try {
      for await (const item of await work(client, signal)) {
        if (item.type === 'done') return item.result;
        const { step, service, bytes } = item.progress;
        const mark = `${say(words, `stack.step.${step}`)}${service === null ? '' : `: ${service}`}`;
        if (mark !== lastStep) teller.step(mark, { step, service });
        lastStep = mark;
        const megabytes = Math.floor((bytes?.current ?? 0) / 100e6);
        if (megabytes === lastMegabytes) continue;
        lastMegabytes = megabytes;
        teller.step(`${megabytes * 100} MB`, { bytes });
      }
    } catch (error) {
      if (signal.aborted) await onCancel(client);
      throw error;
    }
    throw new AppError('connection.lost', 'The work ended without a result.');
  });
}

export async function textOfFile(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch (error) {
    throw new AppError('file.unreadable', `${file} cannot be read.`, { path: file }, error);
  }
}
