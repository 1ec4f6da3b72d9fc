import { IconPlayerStop, IconX } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useTraffic, useTrafficWork } from './use-traffic.ts';
import { cutTo, visibleText } from './visible-text.ts';

/** What is being sent again and again, and what is over. */
export function Repeats(): ReactElement | null {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { value: work } = useTrafficWork();
  const { failure, run } = useFailure();
  if (work === undefined || work.repeats.length === 0) return null;
  return (
    <section aria-labelledby="repeats-title">
      <h3 id="repeats-title">{t('traffic.publish.repeats')}</h3>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ul className="plain-list">
        {work.repeats.map((repeat) => (
          <li key={repeat.id}>
            <StatusGlyph kind={repeat.running ? 'busy' : repeat.error === null ? 'ok' : 'bad'} />
            <span className="list-text">
              <bdi className="mono">{visibleText(cutTo(repeat.topic, 80))}</bdi>
              <span className="secondary">
                {t('traffic.publish.repeated', {
                  sent: formatNumber(repeat.sent),
                  times: repeat.times === null ? '∞' : formatNumber(repeat.times),
                  failed: formatNumber(repeat.failed),
                  interval: formatNumber(repeat.intervalMs),
                })}
              </span>
              {repeat.error === null ? null : <ErrorNotice error={repeat.error} />}
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={t(repeat.running ? 'traffic.publish.stopRepeat' : 'traffic.publish.forgetRepeat', {
                topic: cutTo(repeat.topic, 80),
              })}
              onClick={() => run(() => traffic.stopRepeat({ id: repeat.id }))}
            >
              {repeat.running ? (
                <IconPlayerStop size={18} aria-hidden="true" />
              ) : (
                <IconX size={18} aria-hidden="true" />
              )}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
