import { isAppError } from '../../shared/domain/app-error.ts';

/** What a failed start says at the terminal: the sentence, never a stack for a known cause. */
export function failureText(error: unknown): string {
  if (isAppError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
