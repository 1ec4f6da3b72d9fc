import type { CheckResult } from '../../shared/contract/system.ts';

/** One finding of the doctor, with what to do about it where there is something to do. */
export function result(
  id: string,
  status: CheckResult['status'],
  finding: string,
  remedy: string | null = null,
  data: CheckResult['data'] = {},
): CheckResult {
  return { id, status, finding, remedy, data };
}
