import { open } from 'node:fs/promises';
import { separators, type ImportMapping } from '../../shared/contract/readings-import.ts';
import { AppError } from '../../shared/domain/app-error.ts';
import { sampleBytes } from './limits.ts';

type Encoding = ImportMapping['encoding'];
type Separator = ImportMapping['separator'];

/** Beyond these a text file has no control characters; NUL bytes are the sign of a binary file. */
const controls = /[^\P{Cc}\t\n\f\r]/gu;
const controlsAllowed = 0.002;
const linesCounted = 50;

export interface GuessedForm {
  readonly encoding: Encoding;
  readonly separator: Separator;
  /** The sample, decoded. */
  readonly text: string;
}

/** The beginning of a file. @throws AppError `file.unreadable`, `import.empty` */
export async function sampleOf(path: string): Promise<Buffer> {
  let sample: Buffer;
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
      sample = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new AppError('file.unreadable', `The file ${path} cannot be read.`, { file: path }, error);
  }
  if (sample.length === 0) throw new AppError('import.empty', 'The file is empty.');
  return sample;
}

/**
 * Encoding by the byte order mark, else by what the bytes can be; the separator by what cuts most lines alike.
 *
 * @throws AppError `import.not-text`, `import.empty`
 */
export function guessForm(sample: Buffer): GuessedForm {
  const encoding = guessEncoding(sample);
  const text = new TextDecoder(encoding).decode(sample, { stream: true });
  if (text.trim() === '') throw new AppError('import.empty', 'The file is empty.');
  const strange = text.match(controls)?.length ?? 0;
  if (text.includes('\0') || strange > text.length * controlsAllowed)
    throw new AppError('import.not-text', 'The file is no text: a CSV file is wanted.');
  return { encoding, separator: guessSeparator(text), text };
}

function guessEncoding(sample: Buffer): Encoding {
  const [a, b] = sample;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  // Without a mark: in UTF-16 every second byte of figures and separators is 0.
  const part = sample.subarray(0, 4096);
  const zeros = [0, 0];
  part.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const half = part.length / 2;
  if ((zeros[1] ?? 0) > half * 0.8 && zeros[0] === 0) return 'utf-16le';
  if ((zeros[0] ?? 0) > half * 0.8 && zeros[1] === 0) return 'utf-16be';
  try {
    // `stream`: the sample may end in the middle of a character.
    new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}

function guessSeparator(text: string): Separator {
  const lines = text
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, linesCounted);
  const scored = separators.map((separator) => {
    const counts = lines.map((line) => line.replace(/"[^"]*"/g, '').split(separator).length - 1);
    const usual = median(counts);
    const alike = usual === 0 ? 0 : counts.filter((count) => count === usual).length / lines.length;
    // A decimal comma cuts every line alike too; what stands between semicolons or tabs is the better guess.
    return { separator, score: alike * (separator === ',' ? 1 : 1.1) };
  });
  scored.sort((a, b) => b.score - a.score);
  return scored[0]?.score === 0 ? ',' : (scored[0]?.separator ?? ',');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
