import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportLook } from '../../../shared/contract/readings-import.ts';
import { useBoard } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** The first lines as they are understood, times in UTC. */
export function LookTable({ look }: { readonly look: ImportLook }): ReactElement {
  const { t } = useTranslation();
  const devices = useBoard()?.devices;
  return (
    <div
      className="import-scroll"
      role="region"
      aria-label={t('import.lookLabel')}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
    >
      <table className="import-look">
        <caption className="visually-hidden">{t('import.lookLabel')}</caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              {t('import.line')}
            </th>
            <th scope="col">{t('import.columns.device')}</th>
            <th scope="col">{t('import.columns.time')}</th>
            <th scope="col" className="number">
              {t('import.columns.temperature')}
            </th>
            <th scope="col" className="number">
              {t('import.columns.humidity')}
            </th>
          </tr>
        </thead>
        <tbody>
          {look.rows.map(({ line, cells, reading, fault }) => (
            <tr key={line}>
              <td className="number">{formatNumber(line)}</td>
              {reading === null ? (
                <td colSpan={4}>
                  <StatusGlyph kind="warn" /> {fault === null ? '' : t(`import.reason.${fault}`)}{' '}
                  <code className="secondary">{cells.join(look.mapping.separator)}</code>
                </td>
              ) : (
                <>
                  <td>
                    {reading.mac === null ? (
                      <>
                        <StatusGlyph kind="unknown" /> {reading.source}
                      </>
                    ) : (
                      devices?.get(reading.mac)?.name || reading.mac
                    )}
                  </td>
                  <td>{utc(reading.timeMs)}</td>
                  <td className="number">{formatNumber(reading.temperature, 2)} °C</td>
                  <td className="number">{formatNumber(reading.humidity, 1)} %</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** `2025-11-03 14:30:25 UTC` */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
