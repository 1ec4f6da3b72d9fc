import { AppError, isAppError } from '../../shared/domain/app-error.ts';

/** What is true about a board when work on it ends early; the words of `boardJob.boardState`. */
export type BoardState = 'untouched' | 'firmware-incomplete' | 'boot-loader-incomplete' | 'firmware-done';

export function cancelled(): AppError {
  return new AppError('flash.cancelled', 'Stopped on request.');
}

/** @throws AppError `flash.cancelled` */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}

/** `0x10000`, as offsets are written everywhere. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** The same error, saying in which state the board was left. */
export function withBoardState(error: unknown, boardState: BoardState): AppError {
  if (error instanceof AppError) {
    return new AppError(error.code, error.message, { ...error.data, boardState }, error);
  }
  return new AppError('internal', 'Writing to the board failed.', { boardState }, error);
}

/** What trying again on the same line may cure: noise, a lost byte, a board that hung. */
export function isLineTrouble(error: unknown): boolean {
  return (
    isAppError(error, 'flash.no-answer') ||
    isAppError(error, 'flash.refused') ||
    isAppError(error, 'flash.protocol') ||
    isAppError(error, 'flash.md5-mismatch') ||
    isAppError(error, 'flash.stub-failed')
  );
}
