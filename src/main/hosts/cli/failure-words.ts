import type { PortAdvice } from '../../../shared/contract/ports.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { failureText } from '../failure-text.ts';
import { loadWords } from './words.ts';

/** A failure at a board, with what the doctor found out about it. */
export class BoardFailure extends AppError {
  readonly advice: PortAdvice | null;

  constructor(error: AppError, advice: PortAdvice | null) {
    super(error.code, error.message, error.data, error);
    this.advice = advice;
  }
}

/** What a failure is in words: the sentence of it, and at a board its cause and what to do. */
export async function failureWords(error: unknown): Promise<string> {
  if (!isAppError(error)) return failureText(error);
  const words = await loadWords();
  const sentence = error.message;
  if (!(error instanceof BoardFailure)) return sentence;
  const { advice } = error;
  const more =
    advice === null
      ? [words(`errors.${error.code}.next`, error.data)]
      : [words(advice.causeKey, advice.data), words(advice.actionKey, advice.data)];
  return [sentence, ...more].filter((text) => text !== undefined).join('\n');
}
