import type { PortAdvice } from '../../../shared/contract/ports.ts';
import { boardSymptoms } from './board-symptoms.ts';
import type { Evidence, Symptom } from './evidence.ts';
import { portSymptoms } from './port-symptoms.ts';

/** All symptoms there are words for, in the order in which they are looked for. */
export const symptoms: readonly Symptom[] = [...portSymptoms, ...boardSymptoms];

/** One cause and one action for a failure; `null` where the evidence fits nothing that is known. */
export function diagnose(evidence: Evidence): PortAdvice | null {
  for (const { id, when, perSystem } of symptoms) {
    const data = when(evidence);
    if (data === undefined) continue;
    const action = perSystem === true ? `actions.${evidence.system.system}` : 'action';
    return { symptom: id, causeKey: `portDoctor.${id}.cause`, actionKey: `portDoctor.${id}.${action}`, data };
  }
  return null;
}
