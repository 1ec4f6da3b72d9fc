import { AppError } from '../../../shared/domain/app-error.ts';
import { downloadTimeoutMs, tooLarge } from './limits.ts';

/**
 * Fetches one file, counting while it arrives.
 *
 * @param timeoutMs longest silence
 * @throws AppError `firmware.download-failed`, `firmware.download-timeout`, `firmware.too-large`; the signal's
 *   own reason when it was aborted. Addresses may hold tokens, so errors name only the host.
 */
export async function download(
  url: URL,
  limit: number,
  signal?: AbortSignal,
  timeoutMs = downloadTimeoutMs,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  const part = decodedName(url);
  const failed = (why: string, cause?: unknown): AppError =>
    new AppError(
      'firmware.download-failed',
      `${part} could not be downloaded from ${url.host}: ${why}.`,
      { part, host: url.host },
      cause,
    );
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed('only http and https are used');
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), timeoutMs);
  const signals = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  try {
    const response = await fetch(url, { signal: signals });
    if (!response.ok || response.body === null) throw failed(`the answer was ${response.status}`);
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), timeoutMs);
      length += piece.length;
      if (length > limit) throw tooLarge(part, limit);
      pieces.push(piece);
    }
    return new Uint8Array(Buffer.concat(pieces));
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AppError) throw error;
    if (silence.signal.aborted)
      throw new AppError('firmware.download-timeout', `${url.host} did not answer in time.`, {
        host: url.host,
      });
    throw failed('the connection failed', error);
  } finally {
    clearTimeout(timer);
    // Ends a body that was not read to its end.
    silence.abort();
  }
}

/** Last step of the path, for people; without query, where tokens are. */
export function decodedName(url: URL): string {
  const name = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(name) || url.host;
  } catch {
    return name;
  }
}
