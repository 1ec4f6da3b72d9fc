import { Modal, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { fieldTime, rangeProblem, timeOfField } from './field-time.ts';
import type { HistoryAddress } from './history-address.ts';

/** From when to when, in local time. */
export function DatesDialog(props: {
  readonly range: ViewRange;
  readonly change: (change: Partial<HistoryAddress>) => void;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const [from, setFrom] = useState(fieldTime(props.range.fromMs));
  const [nowMs] = useState(() => Date.now());
  const [to, setTo] = useState(fieldTime(props.range.toMs));
  const [fromMs, toMs] = [timeOfField(from), timeOfField(to)];
  const problem = rangeProblem(fromMs, toMs, nowMs);
  const show = (event: FormEvent): void => {
    event.preventDefault();
    if (problem !== undefined || fromMs === undefined || toMs === undefined) return;
    props.change({ picked: { kind: 'fixed', fromMs, toMs }, zoom: undefined });
    props.onClose();
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('history.datesTitle')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={show} noValidate>
        <TextInput
          type="datetime-local"
          label={t('history.from')}
          value={from}
          data-autofocus
          onChange={(event) => setFrom(event.target.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('history.to')}
          value={to}
          error={problem === undefined ? null : t(`history.problem.${problem}`)}
          onChange={(event) => setTo(event.target.value)}
        />
        <SaveOrCancel canSave={problem === undefined} save={t('history.show')} onCancel={props.onClose} />
      </form>
    </Modal>
  );
}
