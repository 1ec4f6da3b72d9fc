import { isAppError } from '../../shared/domain/app-error.ts';

const hidden = '[hidden]';
const depthAtMost = 6;
const itemsAtMost = 200;
/** Words in a name that say that the value is a secret; whole words, so that `passed` and `tokens` are not. */
const secretWords: ReadonlySet<string> = new Set([
  'pass',
  'password',
  'passwords',
  'passphrase',
  'passwd',
  'pwd',
  'secret',
  'secrets',
  'token',
  'psk',
  'credential',
  'credentials',
  'authorization',
  'cookie',
  'private',
  'apikey',
]);
/** `user:password@` in an address. */
const loginInUrl = /\/\/[^/@\s]*@/g;
/** `token=...`, `password: '...'`, as in addresses, connection texts and messages of servers. */
const namedInText =
  /\b(token|password|passphrase|passwd|pwd|psk|secret)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;"')}]+)/gi;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** Takes secrets out of a text: logins in addresses, `password=...`, private keys. */
export function hideSecrets(text: string): string {
  return text
    .replace(privateKey, hidden)
    .replace(loginInUrl, '//…@')
    .replace(namedInText, (_all, name: string, between: string) => `${name}${between}${hidden}`);
}

/**
 * What may be written of a value: values of names that say secret are hidden at any depth, texts are searched,
 * errors are written out with their causes. The answer is plain JSON, bounded in depth and length.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (depth > depthAtMost) return '…';
  if (typeof value === 'string') return hideSecrets(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set) return list([...value], depth);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]: [unknown, unknown]) => [
      String(key),
      isSecretName(String(key)) ? hidden : redact(item, depth + 1),
    ]),
  );
}

/** `dbPassword`, `wifi_psk`, `apiKey`: judged word by word. */
function isSecretName(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.at(-1) === 'key' || words.some((word) => secretWords.has(word));
}

function list(items: readonly unknown[], depth: number): unknown[] {
  const shown = items.slice(0, itemsAtMost).map((item) => redact(item, depth + 1));
  return items.length > itemsAtMost ? [...shown, `… ${items.length - itemsAtMost} more`] : shown;
}

function describeError(error: Error, depth: number): unknown {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    ...(isAppError(error) ? { data: redact(error.data, depth + 1) } : {}),
    message: hideSecrets(error.message),
    stack: hideSecrets(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: redact(error.cause, depth + 1) }),
    ...(error instanceof AggregateError ? { errors: list(error.errors, depth) } : {}),
  };
}
