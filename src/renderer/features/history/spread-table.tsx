import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RangeStatistics } from '../../../shared/contract/history.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { formatNumber } from '../../components/format.ts';
import type { HistorySensor } from './history-sensors.ts';
import { LetterTag } from './line-sample.tsx';
import { useStatistics } from './use-history.ts';

const columns = ['p5', 'p50', 'p95', 'deviation', 'mkt', 'humidity5', 'humidity50', 'humidity95'] as const;

/** How the readings are spread: computed from all of them, so it comes later than the charts. */
export function SpreadTable(props: {
  readonly sensors: readonly HistorySensor[];
  readonly range: ViewRange;
}): ReactElement {
  const { t } = useTranslation();
  const { data, error, isFetching, isPlaceholderData } = useStatistics({
    macs: props.sensors.map(({ mac }) => mac),
    ...props.range,
  });
  const byMac = new Map<string, RangeStatistics>((data?.items ?? []).map((item) => [item.mac, item]));

  return (
    <section className="history-spread" aria-busy={isFetching}>
      <div className="pane-head spread-head">
        <h2>{t('history.spread.title')}</h2>
        <span className="hint">
          {isFetching && (data === undefined || isPlaceholderData)
            ? t('history.spread.computing')
            : t('history.spread.hint')}
        </span>
      </div>
      {error === null ? null : (
        <div className="page-body">
          <ErrorNotice error={reportOf(error)} />
        </div>
      )}
      <div className="table-wide">
        <table className="history-table">
          <caption className="visually-hidden">{t('history.spread.title')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('history.table.sensor')}</th>
              <th scope="col" className="number">
                {t('history.spread.rows')}
              </th>
              {columns.map((column) => (
                <th key={column} scope="col" className="number">
                  {t(`history.spread.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.sensors.map((sensor) => (
              <tr key={sensor.mac}>
                <th scope="row">
                  <span className="row-glyph">
                    <LetterTag slot={sensor.slot} /> {sensor.label}
                  </span>
                </th>
                <Cells item={byMac.get(sensor.mac)} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cells({ item }: { readonly item: RangeStatistics | undefined }): ReactElement {
  const { t } = useTranslation();
  const { temperature, humidity, meanKineticTemperature } = item ?? {
    temperature: null,
    humidity: null,
    meanKineticTemperature: null,
  };
  const values: readonly (readonly [number | null | undefined, number])[] = [
    [temperature?.p5, 1],
    [temperature?.p50, 1],
    [temperature?.p95, 1],
    [temperature?.standardDeviation, 2],
    [meanKineticTemperature, 1],
    [humidity?.p5, 0],
    [humidity?.p50, 0],
    [humidity?.p95, 0],
  ];
  return (
    <>
      <td className="number" data-label={t('history.spread.rows')}>
        {item === undefined ? '' : formatNumber(item.rows)}
      </td>
      {columns.map((column, at) => {
        const [value, digits = 1] = values[at] ?? [];
        return (
          <td key={column} className="number" data-label={t(`history.spread.${column}`)}>
            {item === undefined
              ? ''
              : value === null || value === undefined
                ? '–'
                : formatNumber(value, digits)}
          </td>
        );
      })}
    </>
  );
}
