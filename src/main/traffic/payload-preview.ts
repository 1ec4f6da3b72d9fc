import { isUtf8 } from 'node:buffer';
import type { PayloadForm } from '../../shared/contract/traffic-messages.ts';

/** Characters of a preview, and bytes of one in hexadecimal. */
export const previewCharacters = 400;
const previewBytes = 64;
/** A longer payload is not parsed to tell JSON from text. */
const parsedAtMost = 16_384;
/** Control characters that no text holds; tab, line feed and carriage return are none of them. */
// oxlint-disable-next-line no-control-regex
const control = /[\0-\u0008\u000B\u000C\u000E-\u001F]/u;

export interface PayloadPreview {
  readonly form: PayloadForm;
  readonly preview: string;
  readonly previewCut: boolean;
}

/** How a payload is shown in one line. Never throws, whatever the bytes are. @param form as `formOf` gave it */
export function previewOf(payload: Buffer, form = formOf(payload)): PayloadPreview {
  if (form === 'empty') return { form, preview: '', previewCut: false };
  if (form === 'binary') {
    const preview = payload.subarray(0, previewBytes).toString('hex');
    return { form, preview, previewCut: payload.length > previewBytes };
  }
  // A character takes up to four bytes; what is cut in the middle is behind the last that is shown.
  const head = payload.subarray(0, previewCharacters * 4 + 4).toString('utf8');
  const previewCut = head.length > previewCharacters;
  return { form, preview: previewCut ? cutText(head, previewCharacters) : head, previewCut };
}

/**
 * JSON is what parses as an object, a list, a number, a word of JSON or a text in quotes. A long payload is JSON where
 * its first and last character are a pair of brackets.
 */
export function formOf(payload: Buffer): PayloadForm {
  if (payload.length === 0) return 'empty';
  if (!isUtf8(payload)) return 'binary';
  if (payload.length > parsedAtMost && isInBrackets(payload)) return 'json';
  const text = payload.subarray(0, parsedAtMost).toString('utf8');
  if (payload.length <= parsedAtMost && looksLikeJson(text) && parses(text)) return 'json';
  return control.test(text) ? 'binary' : 'text';
}

function isInBrackets(payload: Buffer): boolean {
  const begin = payload.subarray(0, 64).toString('latin1').trimStart();
  const end = payload.subarray(-64).toString('latin1').trimEnd();
  return (begin.startsWith('{') && end.endsWith('}')) || (begin.startsWith('[') && end.endsWith(']'));
}

/** The first `characters` of a text, never half of a surrogate pair. */
export function cutText(text: string, characters: number): string {
  const last = text.charCodeAt(characters - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? characters - 1 : characters);
}

function looksLikeJson(text: string): boolean {
  return /^\s*[[{"\-\dtfn]/u.test(text);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
