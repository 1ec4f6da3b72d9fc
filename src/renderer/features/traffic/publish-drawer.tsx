import { Checkbox, Drawer, NumberInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconRepeat, IconSend, IconTrash } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { publishCheck } from './publish-check.ts';
import { PublishKept } from './publish-kept.tsx';
import { Repeats } from './repeats.tsx';
import { sentWords } from './sent-words.ts';
import { useTrafficUi } from './traffic-store.ts';
import { usePublish } from './use-publish.ts';
import { useTraffic } from './use-traffic.ts';

const qualities = ['0', '1', '2'] as const;

/** Everything that a message can carry, what is sent often, and what was sent. */
export function PublishDrawer(props: {
  readonly opened: boolean;
  readonly connected: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={props.opened}
      onClose={props.onClose}
      position="right"
      size="lg"
      title={t('traffic.publish.title')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <Form connected={props.connected} />
    </Drawer>
  );
}

function Form({ connected }: { readonly connected: boolean }): ReactElement {
  const { t } = useTranslation();
  const { source, draft, setDraft } = useTrafficUi();
  const { sent, sending, failure, send } = usePublish(source);
  const change = (part: Partial<Publication>): void => setDraft({ ...draft, ...part });
  const check = publishCheck(draft);
  const isText = draft.payload.form === 'text';
  const binaryFault =
    draft.payload.form === 'base64' && !isBase64(draft.payload.base64)
      ? t('traffic.publish.notBase64')
      : null;
  const good = check.topic === null && binaryFault === null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (good && connected) send(draft);
  };
  return (
    <div className="form">
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('traffic.publish.topic')}
          classNames={{ input: 'mono' }}
          value={draft.topic}
          maxLength={65_535}
          autoComplete="off"
          data-autofocus
          error={
            check.topic !== null && draft.topic !== '' ? t(`traffic.publish.fault.${check.topic}`) : null
          }
          onChange={(event) => change({ topic: event.target.value })}
        />
        <SegmentedControl
          aria-label={t('traffic.publish.form')}
          value={draft.payload.form}
          data={[
            { value: 'text', label: t('traffic.publish.asText') },
            { value: 'base64', label: t('traffic.publish.asBase64') },
          ]}
          onChange={(form) =>
            change({
              payload: form === 'text' ? { form: 'text', text: '' } : { form: 'base64', base64: '' },
            })
          }
        />
        <Textarea
          label={t('traffic.publish.payload')}
          classNames={{ input: 'mono' }}
          value={draft.payload.form === 'text' ? draft.payload.text : draft.payload.base64}
          autosize
          minRows={4}
          maxRows={14}
          maxLength={isText ? 1_048_576 : 1_400_000}
          spellCheck={false}
          error={binaryFault}
          description={
            check.payload === 'broken'
              ? t('traffic.publish.broken', { detail: check.detail })
              : t(`traffic.publish.payloadIs.${check.payload}`)
          }
          onChange={({ target: { value } }) =>
            change({ payload: isText ? { form: 'text', text: value } : { form: 'base64', base64: value } })
          }
        />
        <div className="row-of">
          <Select
            aria-label={t('traffic.publish.qos')}
            data={qualities.map((qos) => ({ value: qos, label: t('traffic.qos', { qos }) }))}
            value={String(draft.qos)}
            allowDeselect={false}
            onChange={(value) => change({ qos: value === '2' ? 2 : value === '1' ? 1 : 0 })}
          />
          <Checkbox
            label={t('traffic.publish.retain')}
            checked={draft.retain}
            onChange={(event) => change({ retain: event.target.checked })}
          />
          {isText && check.payload === 'json' ? (
            <button
              type="button"
              className="button quiet"
              onClick={() => change({ payload: { form: 'text', text: indented(draft) } })}
            >
              {t('traffic.publish.indent')}
            </button>
          ) : null}
        </div>
        <Properties draft={draft} onChange={change} />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button type="submit" className="button filled" disabled={!good || !connected || sending}>
            <IconSend size={18} aria-hidden="true" />
            {t('traffic.publish.send')}
          </button>
          <span className="secondary" role="status">
            {connected ? sentWords(sent, t) : t('traffic.publish.away')}
          </span>
        </div>
      </form>
      <RepeatForm draft={draft} source={source} ready={good && connected} />
      <Repeats />
      <PublishKept draft={draft} onChoose={setDraft} />
    </div>
  );
}

/** What only brokers of MQTT 5 are sent. */
function Properties(props: {
  readonly draft: Publication;
  onChange: (part: Partial<Publication>) => void;
}): ReactElement {
  const { t } = useTranslation();
  const { draft, onChange } = props;
  const user = draft.user ?? [];
  const put = (index: number, part: Partial<{ name: string; value: string }>): void =>
    onChange({ user: user.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <details className="publish-properties">
      <summary>{t('traffic.publish.properties')}</summary>
      <div className="form">
        <TextInput
          label={t('traffic.facts.contentType')}
          value={draft.contentType}
          maxLength={200}
          onChange={(event) => onChange({ contentType: event.target.value })}
        />
        {user.map((property, index) => (
          // They have no other name than their place.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className="property-line">
            <TextInput
              aria-label={t('traffic.publish.propertyName', { number: index + 1 })}
              placeholder={t('traffic.name')}
              value={property.name}
              maxLength={1_000}
              onChange={(event) => put(index, { name: event.target.value })}
            />
            <TextInput
              aria-label={t('traffic.publish.propertyValue', { number: index + 1 })}
              placeholder={t('traffic.publish.value')}
              value={property.value}
              maxLength={1_000}
              onChange={(event) => put(index, { value: event.target.value })}
            />
            <button
              type="button"
              className="icon-button"
              aria-label={t('traffic.publish.removeProperty', { number: index + 1 })}
              onClick={() => onChange({ user: user.filter((_one, at) => at !== index) })}
            >
              <IconTrash size={18} aria-hidden="true" />
            </button>
          </div>
        ))}
        <button
          type="button"
          className="button quiet"
          disabled={user.length >= 50}
          onClick={() => onChange({ user: [...user, { name: '', value: '' }] })}
        >
          <IconPlus size={16} aria-hidden="true" />
          {t('traffic.publish.addProperty')}
        </button>
      </div>
    </details>
  );
}

const intervalAtLeastMs = 10;
const dayMs = 86_400_000;

function RepeatForm(props: {
  readonly draft: Publication;
  readonly source: string;
  readonly ready: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const [interval, setInterval] = useState<string | number>(1_000);
  const [times, setTimes] = useState<string | number>('');
  const { failure, run } = useFailure();
  const intervalMs = Number(interval);
  const intervalGood =
    interval !== '' && Number.isInteger(intervalMs) && intervalMs >= intervalAtLeastMs && intervalMs <= dayMs;
  const timesGood = times === '' || (Number.isInteger(Number(times)) && Number(times) >= 1);
  const start = (event: FormEvent): void => {
    event.preventDefault();
    if (!intervalGood || !timesGood || !props.ready) return;
    run(() =>
      traffic.startRepeat({
        source: props.source,
        publication: props.draft,
        intervalMs,
        times: times === '' ? null : Number(times),
      }),
    );
  };
  return (
    <form className="repeat-form" onSubmit={start}>
      <NumberInput
        label={t('traffic.publish.every')}
        value={interval}
        hideControls
        error={intervalGood ? null : t('stack.between', { min: intervalAtLeastMs, max: dayMs })}
        onChange={setInterval}
      />
      <NumberInput
        label={t('traffic.publish.times')}
        placeholder={t('traffic.publish.endless')}
        value={times}
        hideControls
        error={timesGood ? null : t('stack.between', { min: 1, max: 1_000_000 })}
        onChange={setTimes}
      />
      <button type="submit" className="button" disabled={!props.ready || !intervalGood || !timesGood}>
        <IconRepeat size={18} aria-hidden="true" />
        {t('traffic.publish.repeat')}
      </button>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </form>
  );
}

function indented(draft: Publication): string {
  return draft.payload.form === 'text' ? JSON.stringify(JSON.parse(draft.payload.text), undefined, 2) : '';
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(text);
}
