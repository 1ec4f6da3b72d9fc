import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { systemClock } from '../../foundation/clock.ts';
import { LogInterpreter, type InterpretedLine, type SerialLine } from '../../serial/index.ts';
import { exitCodes, print } from './answer.ts';
import { baudRate, withBoard, type BoardOptions } from './board-options.ts';
import { onBoard } from './board-work.ts';
import { loadWords, type Words } from './words.ts';

type MonitorOptions = BoardOptions & { readonly baud: string; readonly raw?: boolean };

/** A line that has begun is shown after so long without more of it: a prompt. */
const partialAfterMs = 300;
const colours = { error: 31, warn: 33, info: 32, debug: 36, verbose: 90 } as const;
const dim = 90;

/** `monitor`: what a board writes, until Ctrl+C; lines on standard input are sent to it. */
export function addMonitorCommand(program: Command): void {
  withBoard(program.command('monitor'))
    .description('the log of a board, until Ctrl+C; lines of standard input are sent to the board')
    .option('--baud <rate>', 'speed of the line, bit/s', '115200')
    .option('--raw', 'every byte as it comes: no colours, no explanations')
    .action(async (options: MonitorOptions) => {
      const rate = baudRate(options.baud);
      await onBoard(
        options.port,
        async (signal, opener) => {
          const line = await opener.open(options.port, { baudRate: rate }, signal);
          try {
            const ended = untilClosed(line, signal);
            const stop =
              options.raw === true
                ? writeRaw(line)
                : showLines(line, options, await loadWords(options.json === true ? 'en' : undefined));
            const stopSending = sendInput(line);
            const reason = await ended;
            stop();
            stopSending();
            if (reason !== null) throw reason;
          } finally {
            await line.close();
          }
        },
        'finish',
      );
      process.exitCode = exitCodes.done;
    });
}

/** Resolves with why the line was lost, or with null once the signal comes. */
function untilClosed(line: SerialLine, signal: AbortSignal): Promise<Error | null> {
  return new Promise((resolve) => {
    line.onClosed((reason) => resolve(reason));
    signal.addEventListener('abort', () => resolve(null));
    if (signal.aborted) resolve(null);
  });
}

function writeRaw(line: SerialLine): () => void {
  return line.onData((bytes) => void process.stdout.write(bytes));
}

function showLines(line: SerialLine, options: MonitorOptions, words: Words): () => void {
  const interpreter = new LogInterpreter();
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const tell = (lines: readonly InterpretedLine[]): void => {
    for (const entry of lines) {
      if (options.json === true) print(JSON.stringify(withoutRaw(entry, words)));
      else for (const text of linesFor(entry, words, colour)) print(text);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const stop = line.onData((bytes) => {
    clearTimeout(timer);
    tell(interpreter.push(bytes, systemClock.now()));
    if (interpreter.hasPartial)
      timer = setTimeout(() => tell(interpreter.flush(systemClock.now())), partialAfterMs);
  });
  return () => {
    clearTimeout(timer);
    stop();
    tell(interpreter.flush(systemClock.now()));
  };
}

function withoutRaw({ raw: _raw, events, ...entry }: InterpretedLine, words: Words): object {
  return {
    ...entry,
    events: events.map((event) => ({ ...event, text: words(event.key, event.data) ?? null })),
  };
}

function linesFor({ text, level, events }: InterpretedLine, words: Words, colour: boolean): string[] {
  const paint = (code: number, what: string): string => (colour ? `\u001b[${code}m${what}\u001b[0m` : what);
  const explained = events.map(({ key, data }) => words(key, data)).filter((found) => found !== undefined);
  return [
    level === null ? text : paint(colours[level], text),
    ...explained.map((sentence) => paint(dim, `    -> ${sentence}`)),
  ];
}

/** An end of the input ends only the sending. */
function sendInput(line: SerialLine): () => void {
  const input = createInterface({ input: process.stdin });
  input.on('line', (text) => {
    line.write(Buffer.from(`${text}\n`, 'utf8')).catch(() => undefined);
  });
  return () => input.close();
}
