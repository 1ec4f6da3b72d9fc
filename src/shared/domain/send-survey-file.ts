import type { Client } from '../contract/contract.ts';

/** What one message of the web page's connection carries with room to spare. */
const pieceBytes = 500_000;

/**
 * Brings a file to the main side piece by piece.
 *
 * @param onSent bytes that have arrived
 * @returns what `keepFile` and `importBundle` call it
 * @throws AppError as `survey.sendFile` says
 */
export async function sendInPieces(
  client: Pick<Client['survey'], 'sendFile'>,
  file: Blob,
  options: { readonly signal?: AbortSignal; readonly onSent?: (bytes: number) => void } = {},
): Promise<string> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  let upload: string | null = null;
  for (let offset = 0; upload === null || offset < file.size;) {
    const chunk = file.slice(offset, offset + pieceBytes);
    const answer: { readonly upload: string; readonly received: number } = await client.sendFile(
      { upload, offset, chunk },
      call,
    );
    upload = answer.upload;
    offset = answer.received;
    options.onSent?.(offset);
  }
  return upload;
}
