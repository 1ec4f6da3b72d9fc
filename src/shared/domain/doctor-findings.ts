/** Why a board needs a person, where the doctor reads more from its port and its log than the finding says. */
const findings: ReadonlySet<string> = new Set([
  'board-error',
  'crashing',
  'brown-out',
  'no-firmware-answer',
  'nothing-arrived',
]);

/** A board that stopped without a finding stopped by an error of its own. */
export const doctorKnowsMore = (finding: string | null): boolean => findings.has(finding ?? 'board-error');
