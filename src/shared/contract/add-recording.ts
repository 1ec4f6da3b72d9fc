import type { ClientOf } from './procedure.ts';
import type { trafficPartsContract } from './traffic.ts';

/** What one message of the web page's connection carries with room to spare. */
const pieceBytes = 500_000;

/**
 * Brings a recording of any size into the application, piece by piece.
 *
 * @param onSent bytes that have arrived
 * @throws AppError as `addRecording` says
 */
export async function addRecordingInPieces(
  client: Pick<
    ClientOf<{ traffic: typeof trafficPartsContract }>['traffic'],
    'sendRecording' | 'addRecording'
  >,
  name: string,
  file: Blob,
  options: { readonly signal?: AbortSignal; readonly onSent?: (bytes: number) => void } = {},
): Promise<{ readonly name: string; readonly messages: number }> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  let upload: string | null = null;
  let offset = 0;
  while (file.size - offset > pieceBytes) {
    const chunk = file.slice(offset, offset + pieceBytes);
    const answer: { readonly upload: string; readonly received: number } = await client.sendRecording(
      { upload, offset, chunk },
      call,
    );
    upload = answer.upload;
    offset = answer.received;
    options.onSent?.(offset);
  }
  return client.addRecording({ name, file: file.slice(offset), upload }, call);
}
