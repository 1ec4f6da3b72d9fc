import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../../components/confirm-button.tsx';
import { useClient, useStack } from '../live.ts';
import { useUi } from '../ui-state.ts';

const ofOwn = {
  title: 'strip.stopTitle',
  body: 'strip.stopBody',
  more: 'strip.stopBoards',
  confirm: 'strip.stopStack',
  keep: 'strip.keepRunning',
} as const;
/** The published stack does not stop: only this application looks on no more. */
const ofPublished = {
  title: 'strip.letGoTitle',
  body: 'strip.letGoBody',
  more: 'strip.letGoMore',
  confirm: 'strip.letGo',
  keep: 'strip.keepUsing',
} as const;

/** Asked once whichever button, key or command stops the stack: no reading comes in after that. */
export function StopDialog(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { askingToStop, askToStop } = useUi();
  const words = useStack()?.kind === 'published' ? ofPublished : ofOwn;
  return (
    <ConfirmDialog
      opened={askingToStop}
      title={t(words.title)}
      body={t(words.body)}
      more={t(words.more)}
      confirm={t(words.confirm)}
      keep={t(words.keep)}
      onConfirm={() => void client.stack.stop({}).catch(() => undefined)}
      onClose={() => askToStop(false)}
    />
  );
}
