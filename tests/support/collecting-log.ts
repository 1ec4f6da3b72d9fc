import type { Log, LogFacts, LogLevel } from '../../src/main/foundation/log.ts';

export interface CollectedLine {
  readonly level: LogLevel;
  readonly text: string;
  readonly facts: LogFacts;
}

/** A log that keeps its lines for the test to look at. */
export function collectingLog(): { readonly log: Log; readonly lines: readonly CollectedLine[] } {
  const lines: CollectedLine[] = [];
  const add =
    (level: LogLevel) =>
    (text: string, facts: LogFacts = {}): void => {
      lines.push({ level, text, facts });
    };
  const log: Log = {
    debug: add('debug'),
    info: add('info'),
    warn: add('warn'),
    error: add('error'),
    from: () => log,
  };
  return { log, lines };
}
