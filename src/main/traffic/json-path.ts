import { AppError } from '../../shared/domain/app-error.ts';

/** Names of members and numbers of elements, from the root of a payload on. */
export type JsonPath = readonly (string | number)[];

/** What a path is not, and at which character. */
export class PathFault extends Error {
  readonly at: number;
  readonly reason: 'name-missing' | 'bracket-open' | 'index-missing' | 'text-open';

  constructor(reason: PathFault['reason'], at: number) {
    super(`${reason} at ${at}`);
    this.reason = reason;
    this.at = at;
  }
}

const bareName = /[^\s.[\]"=!<>~&()]+/uy;
const elementNumber = /\d{1,9}/uy;
const quoted = /"(?:[^"\\]|\\.)*"/uy;

/** Reads the path that begins at `at`, as `a.b[0]` or `["odd name"].c`. @throws PathFault */
export function readPath(text: string, at: number): { readonly path: JsonPath; readonly end: number } {
  const path: (string | number)[] = [];
  let place = at;
  for (;;) {
    const character = text[place];
    if (character === '[') {
      const step = readBracket(text, place);
      path.push(step.step);
      place = step.end;
    } else if (character === '.' || path.length === 0) {
      const begin = path.length === 0 ? place : place + 1;
      const name = matchAt(bareName, text, begin);
      if (name === undefined) throw new PathFault('name-missing', begin);
      path.push(name);
      place = begin + name.length;
    } else return { path, end: place };
  }
}

/** @throws AppError `traffic.bad-path` (data: at, reason) */
export function compilePath(text: string): JsonPath {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  try {
    const { path, end } = readPath(trimmed, 0);
    if (end === trimmed.length) return path;
    throw new PathFault('name-missing', end);
  } catch (error) {
    if (!(error instanceof PathFault)) throw error;
    const { at, reason } = error;
    throw new AppError('traffic.bad-path', `Not a path: ${reason}.`, { at, reason });
  }
}

/** What lies at a path; `undefined` where nothing does. Only a value's own members count. */
export function valueAt(root: unknown, path: JsonPath): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value)) {
      if (typeof step !== 'number') return undefined;
      value = value[step];
    } else if (isRecord(value)) {
      const name = String(step);
      if (!Object.hasOwn(value, name)) return undefined;
      value = value[name];
    } else return undefined;
  }
  return value;
}

/** The literal in quotes that begins at `at`. @throws PathFault */
export function readQuoted(text: string, at: number): { readonly value: string; readonly end: number } {
  const literal = matchAt(quoted, text, at);
  if (literal === undefined) throw new PathFault('text-open', at);
  return { value: unquoted(literal, at), end: at + literal.length };
}

function readBracket(text: string, at: number): { readonly step: string | number; readonly end: number } {
  const inside = at + 1;
  const literal =
    text[inside] === '"'
      ? readQuoted(text, inside)
      : { value: matchAt(elementNumber, text, inside), end: inside };
  if (literal.value === undefined) throw new PathFault('index-missing', inside);
  const isName = text[inside] === '"';
  const end = isName ? literal.end : inside + literal.value.length;
  if (text[end] !== ']') throw new PathFault('bracket-open', end);
  return { step: isName ? literal.value : Number(literal.value), end: end + 1 };
}

function unquoted(literal: string, at: number): string {
  try {
    return String(JSON.parse(literal));
  } catch {
    throw new PathFault('text-open', at);
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
