import { AppError } from '../../shared/domain/app-error.ts';
import { PathFault, readPath, readQuoted, valueAt, type JsonPath } from './json-path.ts';

const operators = ['!=', '<=', '>=', '=', '<', '>', '~'] as const;
type Operator = (typeof operators)[number];
type Literal = string | number | boolean | null;

interface Condition {
  readonly path: JsonPath;
  /** `null`: it is enough that something is there. */
  readonly compare: ((value: unknown) => boolean) | null;
}

/**
 * Comparisons joined by `&&`, as `messageFilter` says. A comparison holds only of a field that is there, `!=` too; a
 * literal without quotes that is no number and no word of JSON is a text. Without a path, as `> 8`, it is the payload itself.
 * @throws AppError `traffic.bad-filter` (data: field `json`, at, reason)
 */
export function compileConditions(text: string): (root: unknown) => boolean {
  try {
    const conditions = readConditions(text);
    return (root) =>
      conditions.every(({ path, compare }) => {
        const value = valueAt(root, path);
        return value !== undefined && (compare === null || compare(value));
      });
  } catch (error) {
    if (!(error instanceof PathFault || error instanceof ConditionFault)) throw error;
    const { at, reason } = error;
    throw new AppError('traffic.bad-filter', `Not a comparison: ${reason}.`, { field: 'json', at, reason });
  }
}

class ConditionFault extends Error {
  readonly at: number;
  readonly reason: 'operator-missing' | 'value-missing';

  constructor(reason: ConditionFault['reason'], at: number) {
    super(`${reason} at ${at}`);
    this.reason = reason;
    this.at = at;
  }
}

function readConditions(text: string): readonly Condition[] {
  const conditions: Condition[] = [];
  let at = 0;
  for (;;) {
    const { condition, end } = readCondition(text, skipSpace(text, at));
    conditions.push(condition);
    const next = skipSpace(text, end);
    if (next === text.length) return conditions;
    if (!text.startsWith('&&', next)) throw new ConditionFault('operator-missing', next);
    at = next + 2;
  }
}

function readCondition(text: string, at: number): { readonly condition: Condition; readonly end: number } {
  const ofPayload = operatorAt(text, at) !== undefined;
  const { path, end } = ofPayload ? { path: [], end: at } : readPath(text, at);
  const place = skipSpace(text, end);
  const operator = operatorAt(text, place);
  if (operator === undefined) return { condition: { path, compare: null }, end };
  const literal = readLiteral(text, skipSpace(text, place + operator.length));
  return { condition: { path, compare: comparison(operator, literal.value) }, end: literal.end };
}

function operatorAt(text: string, at: number): Operator | undefined {
  return operators.find((operator) => text.startsWith(operator, at));
}

function readLiteral(text: string, at: number): { readonly value: Literal; readonly end: number } {
  if (text[at] === '"') return readQuoted(text, at);
  const ends = text.indexOf('&&', at);
  const word = text.slice(at, ends === -1 ? text.length : ends).trimEnd();
  if (word === '') throw new ConditionFault('value-missing', at);
  const space = word.search(/\s/u);
  if (space !== -1) throw new ConditionFault('operator-missing', skipSpace(text, at + space));
  return { value: valueOf(word), end: at + word.length };
}

function valueOf(word: string): Literal {
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/iu.test(word) ? Number(word) : word;
}

function comparison(operator: Operator, literal: Literal): (value: unknown) => boolean {
  if (operator === '=') return (value) => value === literal;
  if (operator === '!=') return (value) => value !== literal;
  if (operator === '~') return contains(String(literal).toLowerCase());
  if (typeof literal === 'number')
    return (value) => typeof value === 'number' && ordered(operator, value, literal);
  if (typeof literal === 'string')
    return (value) => typeof value === 'string' && ordered(operator, value, literal);
  return () => false;
}

/** Text in a text, whatever its case; of a list, in one of its elements. */
function contains(text: string): (value: unknown) => boolean {
  const holds = (value: unknown): boolean =>
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
    String(value).toLowerCase().includes(text);
  return (value) => holds(value) || (Array.isArray(value) && value.some(holds));
}

function ordered<T extends string | number>(operator: Operator, value: T, literal: T): boolean {
  if (operator === '<') return value < literal;
  if (operator === '<=') return value <= literal;
  if (operator === '>') return value > literal;
  return value >= literal;
}

function skipSpace(text: string, at: number): number {
  let place = at;
  while (place < text.length && /\s/u.test(text[place] ?? '')) place++;
  return place;
}
