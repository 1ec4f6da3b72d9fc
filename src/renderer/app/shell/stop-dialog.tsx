import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { useClient } from '../live.ts';
import { useUi } from '../ui-state.ts';

/** Asked once whichever button, key or command stops the stack: no reading comes in after that. */
export function StopDialog(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { askingToStop, askToStop } = useUi();
  return (
    <ConfirmDialog
      opened={askingToStop}
      title={t('strip.stopTitle')}
      body={t('strip.stopBody')}
      more={t('strip.stopBoards')}
      confirm={t('strip.stopStack')}
      keep={t('strip.keepRunning')}
      onConfirm={() => void client.stack.stop({}).catch(() => undefined)}
      onClose={() => askToStop(false)}
    />
  );
}
