const previewCharacters = 200;

/** The beginning of a payload for a person: printable ASCII as it is, other bytes as `\xNN`. UTF-8 text stays text. */
export function payloadPreview(payload: Uint8Array): string {
  const head = Buffer.from(payload.subarray(0, previewCharacters * 4));
  const text = head.toString('utf8');
  const isText = !text.includes('\u{FFFD}') && !/[^\P{Cc}\t\n\r]/u.test(text);
  const shown = isText
    ? text
    : [...head]
        .map((byte) =>
          byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
        )
        .join('');
  return shown.length > previewCharacters ? `${shown.slice(0, previewCharacters)}…` : shown;
}
