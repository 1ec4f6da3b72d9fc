import { IconTemplate, IconTrash } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Publication } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { NameDialog } from './bookmarks.tsx';
import { clockTime } from './clock-time.ts';
import { useKept } from './use-kept.ts';
import { useTraffic } from './use-traffic.ts';
import { cutTo, visibleText } from './visible-text.ts';

const topicShown = 80;
const payloadShown = 80;
const historyShown = 20;

/** Templates, and what was sent: each can be taken into the form again. */
export function PublishKept(props: {
  readonly draft: Publication;
  onChoose: (publication: Publication) => void;
}): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { kept, renew } = useKept();
  const { failure, run } = useFailure();
  const [naming, setNaming] = useState(false);
  const templates = kept?.templates ?? [];
  const history = kept?.history ?? [];
  return (
    <>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <section aria-labelledby="templates-title">
        <div className="list-head">
          <h3 id="templates-title">{t('traffic.publish.templates')}</h3>
          <button
            type="button"
            className="button quiet"
            disabled={props.draft.topic === ''}
            onClick={() => setNaming(true)}
          >
            <IconTemplate size={16} aria-hidden="true" />
            {t('traffic.publish.saveTemplate')}
          </button>
        </div>
        {templates.length === 0 ? <p className="hint">{t('traffic.publish.noTemplates')}</p> : null}
        <ul className="plain-list">
          {templates.map(({ id, name, publication }) => (
            <li key={id}>
              <button type="button" className="list-choice" onClick={() => props.onChoose(publication)}>
                <bdi>{name}</bdi>
                <Sent publication={publication} />
              </button>
              <button
                type="button"
                className="icon-button"
                aria-label={t('traffic.publish.removeTemplate', { name })}
                onClick={() =>
                  run(async () => {
                    await traffic.removeTemplate({ id });
                    await renew();
                  })
                }
              >
                <IconTrash size={18} aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="history-title">
        <div className="list-head">
          <h3 id="history-title">{t('traffic.publish.history')}</h3>
          {history.length === 0 ? null : (
            <button
              type="button"
              className="button quiet"
              onClick={() =>
                run(async () => {
                  await traffic.clearHistory({});
                  await renew();
                })
              }
            >
              {t('traffic.publish.clearHistory')}
            </button>
          )}
        </div>
        {history.length === 0 ? <p className="hint">{t('traffic.publish.noHistory')}</p> : null}
        <ul className="plain-list">
          {history.slice(0, historyShown).map(({ timeMs, publication }) => (
            <li key={`${timeMs} ${publication.topic.slice(0, topicShown)}`}>
              <button type="button" className="list-choice" onClick={() => props.onChoose(publication)}>
                <span>{clockTime(timeMs)}</span>
                <Sent publication={publication} />
              </button>
            </li>
          ))}
        </ul>
      </section>
      <NameDialog
        opened={naming}
        title={t('traffic.publish.saveTemplate')}
        onClose={() => setNaming(false)}
        onSave={async (name) => {
          await traffic.saveTemplate({ name, publication: props.draft });
          await renew();
        }}
      />
    </>
  );
}

function Sent({ publication }: { readonly publication: Publication }): ReactElement {
  const { t } = useTranslation();
  const { topic, payload, qos, retain } = publication;
  const text = payload.form === 'text' ? payload.text : payload.base64;
  return (
    <span className="secondary">
      <bdi className="mono">{visibleText(cutTo(topic, topicShown))}</bdi>{' '}
      <bdi>{visibleText(cutTo(text, payloadShown))}</bdi> {t('traffic.qos', { qos })}
      {retain ? `, ${t('traffic.retained')}` : ''}
    </span>
  );
}
