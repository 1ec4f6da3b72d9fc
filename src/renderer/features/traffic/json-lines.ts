import { cutTo, visibleText } from './visible-text.ts';

export type Change = 'same' | 'changed' | 'added' | 'gone';

/** One line of a JSON payload as it is shown. */
export interface JsonLine {
  /** As the question for a field takes it: `a.b[0]`, `["odd name"]`; empty for the payload itself. */
  readonly path: string;
  readonly depth: number;
  /** Name of the member, in quotes; `null` for elements and for the payload itself. */
  readonly name: string | null;
  readonly kind: 'value' | 'open' | 'closed' | 'end';
  /** The value, a bracket, or both brackets around what is folded. */
  readonly text: string;
  /** A comma follows. */
  readonly comma: boolean;
  readonly number: boolean;
  readonly change: Change;
  /** What stood here before, where that is another value. */
  readonly was: string | null;
  /** Members or elements of what can be folded. */
  readonly members: number;
}

export interface JsonLines {
  readonly lines: readonly JsonLine[];
  /** Values that are new, other or gone against the payload before, folded ones too. */
  readonly changes: number;
  /** Deeper or longer than what is shown. */
  readonly cut: boolean;
}

const deepest = 100;
const linesAtMost = 20_000;
const valueAtMost = 1_000;
const wasAtMost = 60;

/** What is not there, beside every value that JSON has. */
const nothing = Symbol('nothing');

/**
 * A payload line by line, with what changed against another one.
 *
 * @param before `undefined` where there is none to compare with
 * @param folded paths of what is shown as one line
 */
export function jsonLines(
  value: unknown,
  before: { readonly value: unknown } | undefined,
  folded: ReadonlySet<string>,
): JsonLines {
  const lines: JsonLine[] = [];
  let changes = 0;
  let cut = false;
  const compares = before !== undefined;

  const visit = (
    now: unknown,
    then: unknown,
    at: { path: string; depth: number; name: string | null; comma: boolean; shown: boolean },
  ): void => {
    const change = compares ? changeOf(now, then) : 'same';
    const put = (line: Pick<JsonLine, 'kind' | 'text'> & Partial<JsonLine>): void => {
      if (!at.shown) return;
      if (lines.length >= linesAtMost) {
        cut = true;
        return;
      }
      lines.push({
        path: at.path,
        depth: at.depth,
        name: at.name,
        comma: at.comma,
        number: false,
        change: 'same',
        was: null,
        members: 0,
        ...line,
      });
    };
    if (!isContainer(now) || at.depth >= deepest) {
      if (isContainer(now)) cut = true;
      if (change !== 'same') changes++;
      put({
        kind: 'value',
        text: isContainer(now) ? '…' : literal(now, valueAtMost),
        number: typeof now === 'number',
        change,
        was: change === 'changed' ? shortOf(then) : null,
      });
      return;
    }
    const list = Array.isArray(now);
    const others = then !== nothing && isContainer(then) && Array.isArray(then) === list ? then : nothing;
    if (change === 'changed' && others === nothing) changes++;
    const entries = entriesOf(now);
    const gone = compares && others !== nothing ? goneFrom(others, now) : [];
    const fold = folded.has(at.path);
    const [opening, closing] = list ? ['[', ']'] : ['{', '}'];
    const count = entries.length + gone.length;
    if (count === 0) {
      if (change === 'added') changes++;
      put({
        kind: 'value',
        text: opening + closing,
        change: others === nothing ? change : 'same',
        was: others === nothing && change === 'changed' ? shortOf(then) : null,
      });
      return;
    }
    const first = lines.length;
    put({
      kind: fold ? 'closed' : 'open',
      text: fold ? `${opening}…${closing}` : opening,
      members: entries.length,
      change: others === nothing ? change : 'same',
      was: others === nothing && change === 'changed' ? shortOf(then) : null,
      comma: fold && at.comma,
    });
    const before = changes;
    entries.forEach(([name, member], index) => {
      visit(member, memberOf(others, name), {
        path: pathTo(at.path, name),
        depth: at.depth + 1,
        name: list ? null : quote(name as string),
        comma: index < entries.length - 1,
        shown: at.shown && !fold,
      });
    });
    for (const [name, member] of gone) {
      changes++;
      if (at.shown && !fold && lines.length < linesAtMost)
        lines.push({
          path: pathTo(at.path, name),
          depth: at.depth + 1,
          name: list ? null : quote(name as string),
          kind: 'value',
          text: shortOf(member),
          comma: false,
          number: false,
          change: 'gone',
          was: null,
          members: 0,
        });
    }
    // A fold hides none of its changes.
    const line = lines[first];
    if (fold && at.shown && changes > before && line !== undefined)
      lines[first] = { ...line, change: 'changed' };
    if (!fold) put({ kind: 'end', text: closing, name: null });
  };

  visit(value, before === undefined ? nothing : before.value, {
    path: '',
    depth: 0,
    name: null,
    comma: false,
    shown: true,
  });
  return { lines, changes, cut };
}

function changeOf(now: unknown, then: unknown): Change {
  if (then === nothing) return 'added';
  if (isContainer(now) && isContainer(then) && Array.isArray(now) === Array.isArray(then)) return 'same';
  return now === then ? 'same' : 'changed';
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

type Entry = readonly [string | number, unknown];

function entriesOf(value: object): readonly Entry[] {
  return Array.isArray(value)
    ? value.map((member: unknown, index): Entry => [index, member])
    : Object.entries(value);
}

function memberOf(container: unknown, name: string | number): unknown {
  if (container === nothing || !isContainer(container)) return nothing;
  if (!Object.hasOwn(container, name)) return nothing;
  return (container as Readonly<Record<string | number, unknown>>)[name];
}

function goneFrom(then: object, now: object): readonly Entry[] {
  return entriesOf(then).filter(([name]) => !Object.hasOwn(now, name));
}

const bareName = /^[^\s.[\]"=!<>~&()]+$/u;

function pathTo(parent: string, name: string | number): string {
  if (typeof name === 'number') return `${parent}[${name}]`;
  if (!bareName.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

function quote(name: string): string {
  return visibleText(cutTo(JSON.stringify(name), valueAtMost));
}

function literal(value: unknown, atMost: number): string {
  return visibleText(cutTo(JSON.stringify(value) ?? '', atMost));
}

function shortOf(value: unknown): string {
  if (isContainer(value)) return Array.isArray(value) ? '[…]' : '{…}';
  return literal(value, wasAtMost);
}
