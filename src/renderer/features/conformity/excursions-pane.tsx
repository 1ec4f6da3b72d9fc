import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Excursion } from '../../../shared/contract/conformity.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useBoard, useClient, useNow } from '../../app/live.ts';
import {
  formatDate,
  formatDuration,
  formatNumber,
  formatTime,
  humidityUnit,
} from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { decimals, historyLink, peakDigits } from './conformity-view.ts';

const tolerances = [0, 5, 15, 60] as const;
const shownAtFirst = 20;
const shownAtMost = 1000;
const refreshMs = 60_000;
const hourMs = 3_600_000;

/** Stretches of readings beyond a device's own limits in the year shown, newest first. */
export function ExcursionsPane({
  siteRef,
  year,
}: {
  readonly siteRef: string;
  readonly year: number;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [minutes, setMinutes] = useState<number>(0);
  const [limit, setLimit] = useState(shownAtFirst);
  const { data, error } = useQuery({
    queryKey: ['conformity', siteRef, 'excursions', year, minutes, limit],
    queryFn: ({ signal }) =>
      client.conformity.excursions(
        {
          siteRef,
          fromMs: Date.UTC(year, 0, 1),
          toMs: Date.UTC(year + 1, 0, 1),
          toleranceMs: minutes * 60_000,
          limit,
        },
        { signal },
      ),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  const items = data?.items ?? [];
  return (
    <section className="pane">
      <div className="pane-head">
        <h2>{t('conformity.excursions')}</h2>
        <span className="hint">{t('conformity.excursionsHint')}</span>
      </div>
      <div className="tolerance">
        <span id="tolerance">{t('conformity.tolerance')}</span>
        <SegmentedControl
          aria-labelledby="tolerance"
          data={tolerances.map((value) => ({
            value: String(value),
            label: value === 0 ? t('conformity.all') : t('conformity.minutes', { minutes: value }),
          }))}
          value={String(minutes)}
          onChange={(value) => setMinutes(Number(value))}
        />
      </div>
      {error === null ? null : <ErrorNotice error={reportOf(error)} />}
      {data === undefined && error === null ? <p className="secondary">{t('shell.loading')}</p> : null}
      {data !== undefined && items.length === 0 ? (
        <p className="secondary">{t('conformity.noExcursions', { year })}</p>
      ) : null}
      {items.length === 0 ? null : (
        <table className="excursions">
          <thead>
            <tr>
              {(['start', 'sensor', 'what', 'peak', 'duration', 'open'] as const).map((column) => (
                <th key={column} scope="col" className={column === 'duration' ? 'number' : ''}>
                  {column === 'open' ? (
                    <span className="visually-hidden">{t('conformity.columns.open')}</span>
                  ) : (
                    t(`conformity.columns.${column}`)
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <Row key={`${item.mac} ${item.metric} ${item.side} ${item.startMs}`} item={item} />
            ))}
          </tbody>
        </table>
      )}
      {(data?.more ?? 0) > 0 ? (
        <div className="row-of more">
          <span className="secondary">
            {t('conformity.more', { count: data?.more ?? 0, shown: formatNumber(data?.more ?? 0) })}
          </span>
          {limit < shownAtMost ? (
            <button
              type="button"
              className="button"
              onClick={() => setLimit(Math.min(limit * 5, shownAtMost))}
            >
              {t('conformity.showMore')}
            </button>
          ) : null}
        </div>
      ) : null}
    </section>
  );
}

function Row({ item }: { readonly item: Excursion }): ReactElement {
  const { t, i18n } = useTranslation();
  const nowMs = useNow(60_000);
  const device = useBoard()?.devices.get(item.mac);
  const name = device === undefined || device.name === '' ? item.mac : device.name;
  const unit = item.metric === 'temperature' ? '°C' : humidityUnit();
  const endMs = item.endMs ?? item.startMs + item.durationMs;
  const when = `${formatDate(item.startMs, i18n.language)} ${formatTime(item.startMs)}`;
  return (
    <tr>
      <td title={new Date(item.startMs).toISOString()}>{when}</td>
      <th scope="row">{name}</th>
      <td>
        <span className="row-glyph">
          <StatusGlyph kind="bad" />
          <span>
            {t(`conformity.side.${item.side}`, {
              limit: formatNumber(item.limit, decimals(item.limit)),
              unit,
            })}
          </span>
        </span>
      </td>
      <td className="bad" title={new Date(item.peakMs).toISOString()}>
        {formatNumber(item.peak, peakDigits(item))} {unit}
      </td>
      <td className="number">
        {formatDuration(item.durationMs / 1000)}
        {item.endMs === null ? <span className="secondary lasting">{t('conformity.lasts')}</span> : null}
      </td>
      <td>
        <a
          className="button"
          href={historyLink({
            macs: [item.mac],
            fromMs: item.startMs - hourMs,
            // Nothing was measured yet after now.
            toMs: Math.max(endMs, Math.min(endMs + hourMs, nowMs)),
          })}
          aria-label={t('conformity.openNamed', { name, when })}
        >
          {t('conformity.open')}
        </a>
      </td>
    </tr>
  );
}
