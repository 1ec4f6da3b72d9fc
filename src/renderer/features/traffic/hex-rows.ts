export const bytesPerRow = 16;

/** One row as tools of old show it: offset, sixteen bytes, and the characters that they are in ASCII. */
export function hexRow(
  bytes: Uint8Array,
  row: number,
): { readonly offset: string; readonly hex: string; readonly text: string } {
  const from = row * bytesPerRow;
  const part = bytes.subarray(from, from + bytesPerRow);
  let hex = '';
  let text = '';
  part.forEach((byte, index) => {
    hex += `${index === 0 ? '' : index === bytesPerRow / 2 ? '  ' : ' '}${byte.toString(16).padStart(2, '0')}`;
    text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·';
  });
  return { offset: from.toString(16).padStart(6, '0'), hex, text };
}

export function hexRowCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / bytesPerRow);
}
