import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../shared/domain/app-error.ts';
import { writeFileAtomically } from '../../foundation/atomic-file.ts';
import { systemClock } from '../../foundation/clock.ts';
import type { Board, BootOutcome, SessionOptions } from '../../flashing/index.ts';
import type { NotedOpener } from '../../serial/index.ts';
import { dataFolder, show } from './answer.ts';
import { baudRate, withBoard, withProgress, type BoardOptions } from './board-options.ts';
import { onBoard } from './board-work.ts';
import { firmwareNamed, libraryOf } from './firmware-source.ts';
import { ProgressTeller } from './progress.ts';
import { loadWords, say, type Words } from './words.ts';

interface LoaderOptions {
  readonly stub?: boolean;
  readonly baud?: string;
}
type FlashOptions = BoardOptions & LoaderOptions & { readonly erase?: boolean };
type BackupOptions = BoardOptions & LoaderOptions & { readonly output: string; readonly partition?: string };
type RestoreOptions = BoardOptions & LoaderOptions & { readonly otherBoard?: boolean };

const withLoader = (command: Command): Command =>
  withProgress(withBoard(command))
    .option('--no-stub', "use the chip's own loader only: slower, for chips on which the stub does not run")
    .option('--baud <rate>', 'the fastest speed to try, bit/s; else what the adapter is known to reach');

/** `flash`, `backup`, `restore`. Each ends with the board started anew. */
export function addFlashCommands(program: Command): void {
  withLoader(program.command('flash <firmware>'))
    .description('write firmware: a zip file, a folder, the address of a manifest, or an id of the library')
    .option('--erase', 'erase everything first, settings of the board too')
    .action(flash);
  withLoader(program.command('backup'))
    .description('read the used part of the flash into a file; it holds the passwords of the board')
    .requiredOption('-o, --output <file>', 'where to write it')
    .option('--partition <name>', 'this partition only')
    .action(backup);
  withLoader(program.command('restore <file>'))
    .description('put a backup back')
    .option('--other-board', 'also onto another board of the same chip and size')
    .action(restore);
}

async function flash(source: string, options: FlashOptions): Promise<void> {
  const library = libraryOf(dataFolder(options));
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  const { admissionFacts } = await import('../../wiring/board-session.ts');
  const result = await onBoard(options.port, async (signal, opener) => {
    // What the gatekeeper refuses touches no board.
    const firmware = await firmwareNamed(library, source, signal);
    const done = await onLoader(options, { teller, words }, opener, signal, async (board) => {
      const startedMs = systemClock.now();
      const { parts } = await library.admit(firmware.id, admissionFacts(board.facts));
      if (options.erase === true) {
        teller.step(say(words, 'flash.erasing'), { type: 'step', step: 'erase' });
        await board.eraseFlash(signal);
      }
      teller.step(say(words, 'flash.writing', { name: firmware.name, version: firmware.version }), {
        type: 'step',
        step: 'write',
      });
      const written = await board.write(parts, signal, { onProgress: teller.progress });
      const { id, name, version } = firmware;
      return { firmware: { id, name, version }, ...written, durationMs: systemClock.now() - startedMs };
    });
    if (done.boot !== 'running' && done.boot !== 'silent')
      throw new AppError('flash.no-boot', 'The board does not start the firmware.', {
        outcome: done.boot,
        boardState: 'firmware-done',
      });
    return done;
  });
  if (result === undefined) return;
  const { verifiedBytes, unchangedBytes, firmware, boot } = result;
  show(options, final(options, result), [
    say(words, 'flash.flashed', {
      name: firmware.name,
      version: firmware.version,
      mac: result.mac,
      verified: verifiedBytes,
      unchanged: unchangedBytes,
    }),
    started(boot, words),
  ]);
}

async function backup(options: BackupOptions): Promise<void> {
  const { findPartition } = await import('../../wiring/board-session.ts');
  const file = resolve(options.output);
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  const result = await onBoard(options.port, (signal, opener) =>
    onLoader(options, { teller, words }, opener, signal, async (board) => {
      const part =
        options.partition === undefined ? null : await findPartition(board, options.partition, signal);
      teller.step(say(words, 'flash.reading'), { type: 'step', step: 'read' });
      const content = await board.backup(signal, systemClock.now(), part, teller.progress);
      await writeFileAtomically(file, content).catch((error: unknown) => {
        throw new AppError('file.unwritable', `${file} cannot be written.`, { file }, error);
      });
      return { file, bytes: content.length, partition: options.partition ?? null };
    }),
  );
  if (result !== undefined)
    show(options, final(options, result), [say(words, 'flash.written', { file, bytes: result.bytes })]);
}

async function restore(path: string, options: RestoreOptions): Promise<void> {
  const words = await loadWords();
  const teller = new ProgressTeller(options, words);
  const content = await readFile(path).catch((error: unknown) => {
    throw new AppError('file.unreadable', `${path} cannot be read.`, { file: path }, error);
  });
  const result = await onBoard(options.port, (signal, opener) =>
    onLoader(options, { teller, words }, opener, signal, (board) => {
      teller.step(say(words, 'flash.restoring'), { type: 'step', step: 'write' });
      return board.restore(content, signal, options.otherBoard === true, { onProgress: teller.progress });
    }),
  );
  if (result === undefined) return;
  show(options, final(options, result), [
    say(words, 'flash.restored', { verified: result.verifiedBytes, unchanged: result.unchangedBytes }),
    started(result.boot, words),
  ]);
}

/** How a command speaks to a person. */
interface Speech {
  readonly teller: ProgressTeller;
  readonly words: Words;
}

interface Told {
  readonly chip: string;
  readonly mac: string;
  readonly boot: BootOutcome;
}

/**
 * Work on a board in its boot loader, then a start of its program. After work that failed before anything was
 * touched the board is started too; else it stays in its loader, where the next try finds it.
 */
async function onLoader<T extends object>(
  options: BoardOptions & LoaderOptions,
  { teller, words }: Speech,
  opener: NotedOpener,
  signal: AbortSignal,
  work: (board: Board) => Promise<T>,
): Promise<T & Told> {
  const { openSession } = await import('../../wiring/board-session.ts');
  teller.step(say(words, 'flash.connecting', { port: options.port }), {
    type: 'step',
    step: 'connect',
    port: options.port,
  });
  const session = await openSession(opener, options.port, signal, loaderOptions(options));
  const { board } = session;
  try {
    const { chip, description, mac } = board.facts;
    teller.step(`${description}, ${mac}`, { type: 'board', chip, description, mac });
    const result = await work(board).catch(async (error: unknown) => {
      if (touched(error)) throw error;
      await board.restart(signal).catch(() => undefined);
      throw error;
    });
    teller.step(say(words, 'flash.starting'), { type: 'step', step: 'start' });
    const { outcome } = await board.restart(signal);
    return { ...result, chip, mac, boot: outcome };
  } finally {
    teller.end();
    await session.close();
  }
}

function loaderOptions({ stub, baud }: LoaderOptions): SessionOptions {
  return {
    ...(stub === false ? { useStub: false } : {}),
    ...(baud === undefined ? {} : { baudRates: [baudRate(baud)] }),
  };
}

function touched(error: unknown): boolean {
  const state = error instanceof AppError ? error.data['boardState'] : undefined;
  return state !== undefined && state !== 'untouched';
}

function final(options: BoardOptions, result: object): object {
  return options.events === true ? { type: 'done', ...result } : result;
}

function started(boot: BootOutcome, words: Words): string {
  return boot === 'running' ? say(words, 'flash.started') : say(words, 'flash.notHeard', { outcome: boot });
}
