import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RangeSummary } from '../../../shared/contract/history.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { isOutside } from '../../components/limit-domain.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { HistorySensor } from './history-sensors.ts';
import { LetterTag } from './line-sample.tsx';
import { completeness, verdictOf, type Verdict } from '../../../shared/domain/period-verdict.ts';

const glyphs: Readonly<Record<Verdict, GlyphKind>> = {
  conforms: 'ok',
  'does-not-conform': 'bad',
  'not-proven': 'warn',
  'no-limits': 'idle',
};
const tones: Readonly<Record<Verdict, string>> = {
  conforms: '',
  'does-not-conform': 'bad',
  'not-proven': 'warn',
  'no-limits': '',
};
const longGapMs = 3_600_000;
const completeFrom = 0.99;

/** What the charts show, in figures, with the verdict. */
export function SummaryTable(props: {
  readonly sensors: readonly HistorySensor[];
  readonly summaries: readonly RangeSummary[];
}): ReactElement {
  const { t } = useTranslation();
  const byMac = new Map<string, RangeSummary>(props.summaries.map((summary) => [summary.mac, summary]));
  return (
    <div className="table-wide">
      <table className="history-table">
        <caption className="visually-hidden">{t('history.table.caption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('history.table.sensor')}</th>
            <th scope="col" className="number">
              {t('history.table.lowest')}
            </th>
            <th scope="col" className="number">
              {t('history.table.mean')}
            </th>
            <th scope="col" className="number">
              {t('history.table.highest')}
            </th>
            <th scope="col" className="number">
              {t('history.table.outside')}
            </th>
            <th scope="col" className="number">
              {t('history.table.longestGap')}
            </th>
            <th scope="col" className="number">
              {t('history.table.complete')}
            </th>
            <th scope="col">{t('history.table.conformity')}</th>
          </tr>
        </thead>
        <tbody>
          {props.sensors.map((sensor) => {
            const summary = byMac.get(sensor.mac);
            return (
              <tr key={sensor.mac}>
                <th scope="row">
                  <span className="row-glyph">
                    <LetterTag slot={sensor.slot} /> {sensor.label}
                  </span>
                </th>
                {summary === undefined ? (
                  <td colSpan={7}>{t('history.table.computing')}</td>
                ) : (
                  <Cells summary={summary} />
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Cells({ summary }: { readonly summary: RangeSummary }): ReactElement {
  const { t } = useTranslation();
  const { temperature, limits, outsideMs, longestGap } = summary;
  const verdict = verdictOf(summary);
  const complete = completeness(summary);
  const gapMs = longestGap === null ? 0 : longestGap.toMs - longestGap.fromMs;
  const reading = (label: string, value: number | null): ReactElement => (
    <td
      data-label={label}
      className={
        isOutside(value, limits.temperatureMin, limits.temperatureMax) ? 'number bad strong' : 'number'
      }
    >
      {value === null ? '–' : formatNumber(value, 1)}
    </td>
  );
  return (
    <>
      {reading(t('history.table.lowest'), temperature.min)}
      {reading(t('history.table.mean'), temperature.mean)}
      {reading(t('history.table.highest'), temperature.max)}
      <td
        data-label={t('history.table.outside')}
        className={outsideMs.temperature + outsideMs.humidity > 0 ? 'number bad strong' : 'number'}
      >
        {verdict === 'no-limits' ? '–' : durationText(outsideMs.temperature)}
        {outsideMs.humidity > 0 ? (
          <span className="cell-more">
            {t('history.table.humidityOutside', { time: durationText(outsideMs.humidity) })}
          </span>
        ) : null}
      </td>
      <td
        data-label={t('history.table.longestGap')}
        className={gapMs > longGapMs ? 'number warn strong' : 'number'}
      >
        {gapMs === 0 ? t('history.table.noGap') : formatDuration(gapMs / 1_000)}
      </td>
      <td
        data-label={t('history.table.complete')}
        className={complete !== null && complete < completeFrom ? 'number warn strong' : 'number'}
      >
        {complete === null ? '–' : `${formatNumber(Math.floor(complete * 1_000) / 10, 1)} %`}
      </td>
      <td data-label={t('history.table.conformity')}>
        <span className={`row-glyph ${tones[verdict]}`}>
          <StatusGlyph kind={glyphs[verdict]} /> {t(`history.verdict.${verdict}`)}
        </span>
      </td>
    </>
  );
}

/** In whole minutes, as limits are judged; less than one of them is told in seconds. */
function durationText(ms: number): string {
  return ms === 0 ? '0 min' : formatDuration(ms / 1_000);
}
