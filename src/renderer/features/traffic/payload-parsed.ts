/** Beyond this a payload is not read as JSON here: the page would stand still meanwhile. */
const jsonAtMost = 2_000_000;

export interface ParsedPayload {
  /** What the bytes are as UTF-8; invalid ones become U+FFFD. */
  readonly text: string;
  readonly validUtf8: boolean;
  readonly json: { readonly value: unknown } | undefined;
}

export function parsePayload(bytes: Uint8Array): ParsedPayload {
  const { text, valid } = decoded(bytes);
  return {
    text,
    validUtf8: valid,
    json: valid && text !== '' && text.length <= jsonAtMost ? parsedJson(text) : undefined,
  };
}

function decoded(bytes: Uint8Array): { readonly text: string; readonly valid: boolean } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), valid: true };
  } catch {
    return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), valid: false };
  }
}

function parsedJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
