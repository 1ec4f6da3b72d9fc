import type { CheckResult } from '../../shared/contract/system.ts';

/** One finding of the doctor, with what to do about it where there is something to do. */
export function result(
  id: string,
  /** Its words in other languages are `checks.<word>.finding` and `.remedy`, which name values of `data`. */
  word: string,
  status: CheckResult['status'],
  finding: string,
  remedy: string | null = null,
  data: CheckResult['data'] = {},
): CheckResult {
  return { id, word, status, finding, remedy, data };
}
