import { Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Alert } from '../../../shared/contract/alerts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useNow } from '../../app/live.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { fieldTime, timeOfField } from '../history/field-time.ts';
import { hourMs, snoozeFault } from './alert-view.ts';
import { useAlertWords } from './use-alert-words.ts';

interface Props {
  readonly alerts: readonly Alert[];
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** For how long an alert counts for nothing and is told to nobody. */
export function SnoozeDialog(props: Props): ReactElement {
  const { t } = useTranslation();
  const { alerts, opened, onClose } = props;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('alerts.snoozeTitle')}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <SnoozeForm key={alerts.map(({ id }) => id).join()} {...props} />
    </Modal>
  );
}

function SnoozeForm({ alerts, onClose }: Props): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const words = useAlertWords();
  const now = useNow();
  const [until, setUntil] = useState(() => fieldTime(Date.now() + 24 * hourMs));
  const { failure, run } = useFailure();
  const untilMs = timeOfField(until);
  const fault = snoozeFault(untilMs, now);
  const snooze = (end: number): void =>
    run(async () => {
      await client.alerts.snooze({ ids: alerts.map(({ id }) => id), untilMs: end });
      onClose();
    });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (fault === null && untilMs !== undefined) snooze(untilMs);
  };
  return (
    <form className="form" onSubmit={save} noValidate>
      <p className="dialog-text">{alerts[0] === undefined ? '' : words.what(alerts[0])}</p>
      <p className="secondary">{t('alerts.snoozeBody')}</p>
      <div className="row-of">
        {([1, 8] as const).map((hours) => (
          <button
            key={hours}
            type="button"
            className="button"
            data-autofocus={hours === 1 ? true : undefined}
            onClick={() => snooze(Date.now() + hours * hourMs)}
          >
            {t('alerts.snoozeHours', { hours })}
          </button>
        ))}
      </div>
      <TextInput
        type="datetime-local"
        label={t('alerts.snoozeUntil')}
        value={until}
        error={fault === null ? null : t(`alerts.snoozeFault.${fault}`)}
        onChange={(event) => setUntil(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <SaveOrCancel canSave={fault === null} save={t('alerts.snoozeUntilThen')} onCancel={onClose} />
    </form>
  );
}
