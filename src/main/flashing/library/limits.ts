import { AppError } from '../../../shared/domain/app-error.ts';

/** The largest flash in the field has 32 MB; a package may hold builds for several chips. */
export const largestPartBytes = 32 * 2 ** 20;
export const largestPackageBytes = 128 * 2 ** 20;
export const largestManifestBytes = 2 ** 20;
export const mostPackageFiles = 2000;
/** Without an answer, or between two pieces of one. */
export const downloadTimeoutMs = 30_000;

export function tooLarge(part: string, limit: number): AppError {
  return new AppError('firmware.too-large', `${part} is larger than ${limit} bytes.`, { part, limit });
}

/**
 * A path inside a package with forward slashes and without `.` and `..`.
 *
 * @throws AppError `firmware.unsafe-path` for whatever would leave the package
 */
export function insidePath(path: string): string {
  const steps: string[] = [];
  const plain = path.replaceAll('\\', '/');
  const unsafe = (): never => {
    throw new AppError('firmware.unsafe-path', `A file outside the package is named: ${path}.`, { path });
  };
  if (plain.startsWith('/') || /^[a-z]:/i.test(plain) || /\p{Cc}/u.test(plain)) unsafe();
  for (const step of plain.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) unsafe();
  }
  if (steps.length === 0) unsafe();
  return steps.join('/');
}
