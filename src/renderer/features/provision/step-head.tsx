import { IconCheck } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Step } from './provision-store.ts';

const steps = ['select', 'flash', 'labels'] as const satisfies readonly Step[];

/** Where one is on the way; what can be gone to is a button. */
export function StepHead(props: {
  readonly step: Step;
  readonly canFlash: boolean;
  readonly canLabel: boolean;
  readonly locked: boolean;
  onGo: (step: Step) => void;
}): ReactElement {
  const { t } = useTranslation();
  const at = steps.indexOf(props.step);
  const can: Readonly<Record<Step, boolean>> = {
    select: true,
    flash: props.canFlash,
    labels: props.canLabel,
  };
  return (
    <ol className="step-head" aria-label={t('provision.stepsLabel')}>
      {steps.map((step, index) => (
        <li key={step}>
          <button
            type="button"
            disabled={!can[step] || props.locked}
            aria-current={step === props.step ? 'step' : undefined}
            onClick={() => props.onGo(step)}
          >
            <span className="step-number" aria-hidden="true">
              {index < at ? <IconCheck size={16} /> : index + 1}
            </span>
            {t(`provision.step.${step}`)}
          </button>
        </li>
      ))}
    </ol>
  );
}
