import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceState } from '../../../shared/contract/traffic-messages.ts';
import { cutTo, visibleText } from './visible-text.ts';

const valueShown = 200;

/** The `$SYS` values that a broker publishes of itself; not every one does, and the embedded one has its own list. */
export function BrokerSays({ sys }: { readonly sys: SourceState['sys'] }): ReactElement | null {
  const { t } = useTranslation();
  if (sys.length === 0) return null;
  return (
    <section className="broker-says" aria-label={t('traffic.sys')}>
      <h2>{t('traffic.sys')}</h2>
      <dl className="facts">
        {sys.map(({ topic, value }) => (
          <div key={topic}>
            <dt>{visibleText(cutTo(topic, valueShown))}</dt>
            <dd>{visibleText(cutTo(value, valueShown))}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
