import { Modal, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../shared/contract/alerts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { rememberedTechnician, rememberTechnician } from '../../app/technician.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { useAlertWords } from './use-alert-words.ts';

const nameAtMost = 60;
const noteAtMost = 500;

interface Props {
  readonly alerts: readonly Alert[];
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Who takes care of it: then it counts no more, and the others know. */
export function AcknowledgeDialog(props: Props): ReactElement {
  const { t } = useTranslation();
  const { alerts, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('alerts.acknowledgeTitle', { count: alerts.length })}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <AcknowledgeForm key={alerts.map(({ id }) => id).join()} {...props} />
    </Modal>
  );
}

function AcknowledgeForm({ alerts, onClose }: Props): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const words = useAlertWords();
  const [by, setBy] = useState(() => alerts[0]?.acknowledged?.by ?? rememberedTechnician());
  const [note, setNote] = useState(alerts.length === 1 ? (alerts[0]?.acknowledged?.note ?? '') : '');
  const { failure, run } = useFailure();
  const canSave = by.trim() !== '';
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!canSave) return;
    run(async () => {
      await client.alerts.acknowledge({ ids: alerts.map(({ id }) => id), by: by.trim(), note: note.trim() });
      rememberTechnician(by);
      onClose();
    });
  };
  return (
    <form className="form" onSubmit={save} noValidate>
      <p className="dialog-text">
        {alerts.length === 1 && alerts[0] !== undefined ? words.what(alerts[0]) : t('alerts.acknowledgeMany')}
      </p>
      <TextInput
        label={t('alerts.yourName')}
        description={t('alerts.yourNameHint')}
        value={by}
        maxLength={nameAtMost}
        autoComplete="name"
        data-autofocus
        onChange={(event) => setBy(event.target.value)}
      />
      <Textarea
        label={t('alerts.note')}
        value={note}
        maxLength={noteAtMost}
        autosize
        minRows={2}
        maxRows={6}
        onChange={(event) => setNote(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <SaveOrCancel canSave={canSave} save={t('alerts.acknowledge')} onCancel={onClose} />
    </form>
  );
}
