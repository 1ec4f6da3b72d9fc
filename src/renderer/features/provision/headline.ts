import type { TFunction } from 'i18next';
import type { ProvisioningState } from '../../../shared/contract/provisioning.ts';

/** How the boards stand, in one line: "1 ready, 1 needs you"; what there is none of is not named. */
export function headline({ ready, running, needsYou }: ProvisioningState['totals'], t: TFunction): string {
  const parts = [
    ...(ready === 0 ? [] : [t('provision.head.ready', { count: ready })]),
    ...(running === 0 ? [] : [t('provision.head.running', { count: running })]),
    ...(needsYou === 0 ? [] : [t('provision.head.needsYou', { count: needsYou })]),
  ];
  return parts.length === 0 ? t('provision.head.none') : parts.join(', ');
}
