import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceStatistics } from '../../../shared/contract/survey-parts.ts';
import { formatNumber } from '../../components/format.ts';

const quantities = [
  { quantity: 'temperature', digits: 1 },
  { quantity: 'humidity', digits: 1 },
  { quantity: 'rssi', digits: 0 },
] as const;

/** Smallest, mean, largest, spread and count of each device, and since when it is stable. */
export function StatisticsTable({
  devices,
  nowMs,
}: {
  readonly devices: readonly DeviceStatistics[];
  readonly nowMs: number;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="survey-statistics">
      {devices.map((device) => (
        <table key={device.mac}>
          <caption>{device.name || device.mac}</caption>
          <thead>
            <tr>
              <th scope="col">{t('survey.statistics.what')}</th>
              {(['min', 'mean', 'max', 'spread', 'count'] as const).map((column) => (
                <th key={column} scope="col">
                  {t(`survey.statistics.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {quantities.map(({ quantity, digits }) => {
              const found = device[quantity];
              const since = found?.stableSinceMs ?? null;
              return (
                <tr key={quantity}>
                  <th scope="row">
                    {t(`survey.statistics.${quantity}`)}
                    {since === null ? null : (
                      <span className="hint">
                        {t('survey.statistics.stable', {
                          seconds: Math.max(0, Math.round((nowMs - since) / 1_000)),
                        })}
                      </span>
                    )}
                  </th>
                  {(['min', 'mean', 'max', 'spread'] as const).map((column) => (
                    <td key={column}>{found === null ? '' : formatNumber(found[column], digits)}</td>
                  ))}
                  <td>{found?.count ?? 0}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      ))}
    </div>
  );
}
