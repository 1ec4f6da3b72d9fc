import type { BoardEvent } from '../../../shared/contract/ports.ts';

export type Data = BoardEvent['data'];

export interface Pattern {
  /** The event's name; its words are `boardLog.<id>` in both catalogues. */
  readonly id: string;
  readonly severity: BoardEvent['severity'];
  readonly match: RegExp;
  /** The values that the words name; all named groups where it is left out. */
  readonly data?: (groups: Readonly<Record<string, string | undefined>>) => Data;
}

/** The named groups as numbers. */
export const number =
  (...names: readonly string[]) =>
  (groups: Readonly<Record<string, string | undefined>>): Data =>
    Object.fromEntries(names.map((name) => [name, Number(groups[name])]));
