import { useState, type ReactElement, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from './confirm-button.tsx';

/** Restarts the stack, and asks first as stopping does: no reading comes in until it runs again. */
export function RestartStack(props: {
  readonly label: string;
  readonly icon?: ReactNode;
  readonly disabled?: boolean;
  onRestart: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={props.disabled === true}
        onClick={() => setAsking(true)}
      >
        {props.icon}
        {props.label}
      </button>
      <ConfirmDialog
        opened={asking}
        title={t('stack.restart')}
        body={t('stack.restartBody')}
        more={t('stack.restartBoards')}
        confirm={t('stack.restart')}
        keep={t('strip.keepRunning')}
        onConfirm={props.onRestart}
        onClose={() => setAsking(false)}
      />
    </>
  );
}
