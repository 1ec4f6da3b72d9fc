import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CommissioningRecord } from '../../../shared/contract/provisioning.ts';
import { useClient } from '../../app/live.ts';
import { formatDate, formatNumber, formatTime, humidityUnit } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';

const recordsAtMost = 50;
const glyphs: Readonly<Record<CommissioningRecord['result'], GlyphKind>> = {
  ready: 'ok',
  'needs-you': 'bad',
  cancelled: 'idle',
};

/** Who commissioned this device, when and with what result; and whether the records are as they were written. */
export function DeviceRecords({ mac }: { readonly mac: string }): ReactElement | null {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['provision', 'records', mac],
    queryFn: ({ signal }) => client.provisioning.records({ mac, limit: recordsAtMost }, { signal }),
  });
  if (data === undefined) return null;
  return (
    <section className="pane device-records">
      <div className="pane-head">
        <h2>{t('devices.records.title')}</h2>
        <span className={data.chainIntact ? 'hint' : 'bad strong'}>
          <StatusGlyph kind={data.chainIntact ? 'ok' : 'bad'} size={14} />{' '}
          {t(data.chainIntact ? 'devices.records.intact' : 'devices.records.broken')}
        </span>
      </div>
      {data.items.length === 0 ? (
        <p className="secondary">{t('devices.records.none')}</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">{t('devices.records.when')}</th>
              <th scope="col">{t('devices.records.result')}</th>
              <th scope="col">{t('devices.records.firstReading')}</th>
              <th scope="col">{t('devices.records.took')}</th>
              <th scope="col">{t('devices.records.by')}</th>
              <th scope="col">{t('devices.records.firmware')}</th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((record) => (
              <tr key={record.id}>
                <th scope="row">
                  {formatDate(record.startedMs, i18n.language)} {formatTime(record.startedMs)}
                </th>
                <td>
                  <span className="row-glyph">
                    <StatusGlyph kind={glyphs[record.result]} />{' '}
                    {t(`devices.records.results.${record.result}`)}
                  </span>
                </td>
                <td>
                  {record.reading === null
                    ? '–'
                    : `${formatNumber(record.reading.temperature, 1)} °C, ${formatNumber(record.reading.humidity, 1)} ${humidityUnit()}`}
                </td>
                <td>
                  {record.finishedMs === null
                    ? '–'
                    : `${formatNumber((record.finishedMs - record.startedMs) / 1000, 1)} s`}
                </td>
                <td>{record.technician}</td>
                <td className="mono">{record.firmwareSha256?.slice(0, 12) ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
