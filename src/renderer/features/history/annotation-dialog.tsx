import { Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { fieldTime, timeOfField } from './field-time.ts';
import type { HistorySensor } from './history-sensors.ts';

const kinds = ['note', 'calibrated', 'moved'] as const;
type Kind = (typeof kinds)[number];
const textAtMost = 500;
const sitePrefix = 'site ';

/** Something that happened, to one device or to a whole site, at a time of the clock on the wall. */
export function AnnotationDialog(props: {
  readonly sensors: readonly HistorySensor[];
  readonly timeMs: number;
  readonly onAdded: () => Promise<void>;
  readonly onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const sites = useBoard()?.sites ?? [];
  const { sensors } = props;
  const [kind, setKind] = useState<Kind>('note');
  const [text, setText] = useState('');
  const [time, setTime] = useState(fieldTime(props.timeMs));
  const [about, setAbout] = useState(sensors[0]?.mac ?? '');
  const { failure, run } = useFailure();
  const timeMs = timeOfField(time);
  const ours = new Set(sensors.map(({ view }) => view.device.siteRef));
  const canSave = timeMs !== undefined && text.trim() !== '' && about !== '';
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!canSave) return;
    run(async () => {
      const siteRef = about.startsWith(sitePrefix) ? about.slice(sitePrefix.length) : null;
      await client.history.annotate({ timeMs, kind, text, mac: siteRef === null ? about : null, siteRef });
      await props.onAdded();
      props.onClose();
    });
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('history.annotations.addTitle')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save} noValidate>
        <TextInput
          label={t('history.annotations.text')}
          value={text}
          maxLength={textAtMost}
          data-autofocus
          onChange={(event) => setText(event.target.value)}
        />
        <TextInput
          type="datetime-local"
          label={t('history.annotations.when')}
          value={time}
          error={timeMs === undefined ? t('history.problem.missing') : null}
          onChange={(event) => setTime(event.target.value)}
        />
        <Select
          label={t('history.annotations.kind')}
          data={kinds.map((value) => ({ value, label: t(`history.annotations.kinds.${value}`) }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setKind(value ?? 'note')}
        />
        <Select
          label={t('history.annotations.about')}
          data={[
            ...sensors.map(({ mac, letter, label }) => ({ value: mac, label: `${letter} ${label}` })),
            ...sites
              .filter((site) => ours.has(site.ref))
              .map((site) => ({
                value: `${sitePrefix}${site.ref}`,
                label: t('history.annotations.wholeSite', { name: site.name }),
              })),
          ]}
          value={about}
          allowDeselect={false}
          onChange={(value) => setAbout(value ?? '')}
        />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <SaveOrCancel canSave={canSave} save={t('history.annotations.save')} onCancel={props.onClose} />
      </form>
    </Modal>
  );
}
