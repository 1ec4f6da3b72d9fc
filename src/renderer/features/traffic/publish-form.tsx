import { Checkbox, Select, Textarea, TextInput } from '@mantine/core';
import { IconDots, IconSend } from '@tabler/icons-react';
import { memo, useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { publishCheck } from './publish-check.ts';
import { PublishDrawer } from './publish-drawer.tsx';
import { sentWords } from './sent-words.ts';
import { useTrafficUi } from './traffic-store.ts';
import { usePublish } from './use-publish.ts';

const qualities = ['0', '1', '2'] as const;

/** One message by hand; more of it in the drawer. */
export const PublishForm = memo(function PublishForm({
  connected,
}: {
  readonly connected: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const { source, draft, setDraft } = useTrafficUi();
  const { sent, sending, failure, send } = usePublish(source);
  const [more, setMore] = useState(false);
  const change = (part: Partial<Publication>): void => setDraft({ ...draft, ...part });
  const check = publishCheck(draft);
  const [tried, setTried] = useState(false);
  const topicError =
    check.topic !== null && (tried || draft.topic !== '') ? t(`traffic.publish.fault.${check.topic}`) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (check.topic !== null || !connected) return;
    setTried(false);
    send(draft);
  };
  return (
    <>
      <form className="publish-form" onSubmit={submit} aria-labelledby="publish-title">
        <div className="publish-head">
          <h2 id="publish-title">{t('traffic.publish.title')}</h2>
          <span className="spacer" />
          <Checkbox
            label={t('traffic.publish.retain')}
            checked={draft.retain}
            onChange={(event) => change({ retain: event.target.checked })}
          />
          <button
            type="button"
            className="icon-button"
            aria-label={t('traffic.publish.more')}
            title={t('traffic.publish.more')}
            onClick={() => setMore(true)}
          >
            <IconDots size={20} aria-hidden="true" />
          </button>
        </div>
        <TextInput
          aria-label={t('traffic.publish.topic')}
          placeholder="datayoti/test"
          classNames={{ input: 'mono' }}
          value={draft.topic}
          maxLength={65_535}
          autoComplete="off"
          spellCheck={false}
          data-focus-key="p"
          error={topicError}
          onChange={(event) => change({ topic: event.target.value })}
        />
        <div className="publish-line">
          {draft.payload.form === 'text' ? (
            <Textarea
              className="publish-payload"
              aria-label={t('traffic.publish.payload')}
              placeholder='{"hello": 1}'
              classNames={{ input: 'mono' }}
              value={draft.payload.text}
              rows={1}
              autosize
              maxRows={4}
              maxLength={1_048_576}
              spellCheck={false}
              onChange={(event) => change({ payload: { form: 'text', text: event.target.value } })}
            />
          ) : (
            <p className="publish-payload secondary">{t('traffic.publish.binary')}</p>
          )}
          <Select
            className="publish-qos"
            aria-label={t('traffic.publish.qos')}
            data={qualities.map((qos) => ({ value: qos, label: t('traffic.qos', { qos }) }))}
            value={String(draft.qos)}
            allowDeselect={false}
            onChange={(value) => change({ qos: value === '2' ? 2 : value === '1' ? 1 : 0 })}
          />
          <button type="submit" className="button" disabled={!connected || sending}>
            <IconSend size={18} aria-hidden="true" />
            {t('traffic.publish.send')}
          </button>
        </div>
        {check.payload === 'broken' ? (
          <p className="field-error warn">{t('traffic.publish.broken', { detail: check.detail })}</p>
        ) : null}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <p className="secondary" role="status">
          {connected ? sentWords(sent, t) : t('traffic.publish.away')}
        </p>
      </form>
      {/* Beside the form: its own forms would send this one too. */}
      <PublishDrawer opened={more} connected={connected} onClose={() => setMore(false)} />
    </>
  );
});
