import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { historyLink, msOfDay, type SiteYear } from './conformity-view.ts';
import { boundsText, comparedText } from './rule-words.ts';

const dayMs = 86_400_000;

/** One UTC day: each rule with what was compared. */
export function DayDetails(props: {
  readonly day: string;
  readonly today: string;
  readonly data: SiteYear | undefined;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const { day, today, data } = props;
  const date = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(msOfDay(day));
  const siteDay = data?.days.find((one) => one.day === day);
  const readings = siteDay?.readings ?? 0;
  const rules = (data?.rules ?? []).flatMap(({ rule, days }) => {
    const ruleDay = days.find((one) => one.day === day);
    return ruleDay === undefined ? [] : [{ rule, ruleDay }];
  });
  return (
    <section className="pane day-details" aria-live="polite">
      <h2 className="day-title">{date}</h2>
      <p className="secondary">
        {readings === 0
          ? t(day > today ? 'conformity.details.future' : 'conformity.details.silent')
          : t(day === today ? 'conformity.details.soFar' : 'conformity.details.readings', {
              count: readings,
              readings: formatNumber(readings),
            })}
      </p>
      {readings === 0 ? null : (
        <ul className="day-rules">
          {rules.map(({ rule, ruleDay }) => (
            <li key={rule.id}>
              <StatusGlyph
                kind={ruleDay.compliant === true ? 'ok' : rule.criticality === 'HIGH' ? 'bad' : 'warn'}
              />
              <div>
                <strong>{t(`conformity.kind.${rule.metricType}`)}</strong>
                <p className="secondary">
                  {t('conformity.details.permitted', { bounds: boundsText(t, rule) })}
                </p>
              </div>
              <div className="day-value">
                <strong className={ruleDay.compliant === true ? '' : 'bad'}>
                  {comparedText(t, rule.metricType, ruleDay)}
                </strong>
                <p className="secondary">
                  {t(ruleDay.compliant === true ? 'conformity.kept' : 'conformity.notKept')}
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
      {readings > 0 ? (
        <a className="button" href={historyLink({ fromMs: msOfDay(day), toMs: msOfDay(day) + dayMs })}>
          {t('conformity.details.history')}
        </a>
      ) : null}
      <p className="hint">{t('conformity.details.utc')}</p>
    </section>
  );
}
