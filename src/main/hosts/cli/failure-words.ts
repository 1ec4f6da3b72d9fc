import type { PortAdvice } from '../../../shared/contract/ports.ts';
import { AppError, isAppError } from '../../../shared/domain/app-error.ts';
import { failureText } from '../failure-text.ts';
import { loadWords, type Words } from './words.ts';

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
  const lines = words.language === 'en' ? inEnglish(error, words) : translated(error, words);
  return lines.filter((text) => text !== undefined && text !== '').join('\n');
}

type Lines = readonly (string | undefined)[];

/** The message is English and names what the catalogue cannot know. */
function inEnglish(error: AppError, words: Words): Lines {
  const named =
    error instanceof BoardFailure ||
    /^(engine|docker|compose)\./.test(error.code) ||
    error.data['context'] === 'docker';
  return [error.message, ...(named ? remedy(error, words) : [])];
}

function translated(error: AppError, words: Words): Lines {
  const { program } = error.data;
  const by = typeof program === 'string' ? (words('errors.by', { program }) ?? '') : '';
  return [
    words(`errors.${error.code}.what`, { ...error.data, by }),
    ...remedy(error, words),
    `${words('errors.details') ?? ''} : ${error.message}`,
  ];
}

function remedy(error: AppError, words: Words): Lines {
  const advice = error instanceof BoardFailure ? error.advice : null;
  return advice === null
    ? [words(`errors.${error.code}.next`, error.data)]
    : [words(advice.causeKey, advice.data), words(advice.actionKey, advice.data)];
}
