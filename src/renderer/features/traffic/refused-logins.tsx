import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../../app/live.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useTraffic } from './use-traffic.ts';
import { cutTo, visibleText } from './visible-text.ts';

const everyMs = 3_000;
const nameShown = 80;

/** Who was not let in, and why. */
export function RefusedLogins(): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const now = useNow(5_000);
  const { data } = useQuery({
    queryKey: ['traffic', 'refused'],
    queryFn: ({ signal }) => traffic.refusedLogins({}, { signal }),
    refetchInterval: everyMs,
  });
  const items = data?.items ?? [];
  return (
    <section className="refused-logins" aria-labelledby="refused-title">
      <h2 id="refused-title">{t('traffic.refused.title')}</h2>
      {items.length === 0 ? (
        <p className="hint">{t('traffic.refused.none')}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the keyboard scrolls it
        <div className="refused-scroll" tabIndex={0} role="group" aria-labelledby="refused-title">
          <table>
            <thead>
              <tr>
                {(['reason', 'account', 'client', 'address', 'times', 'last'] as const).map((column) => (
                  <th key={column} scope="col" className={column === 'times' ? 'number' : ''}>
                    {t(`traffic.refused.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <tr key={`${item.reason} ${item.account} ${item.clientId} ${item.address}`}>
                  <th scope="row">
                    <span className="row-glyph">
                      <StatusGlyph kind="bad" />
                      {t(`traffic.refused.reasons.${item.reason}`)}
                    </span>
                  </th>
                  <td>
                    <bdi>{visibleText(cutTo(item.account, nameShown)) || '–'}</bdi>
                  </td>
                  <td>
                    <bdi>{visibleText(cutTo(item.clientId, nameShown)) || '–'}</bdi>
                  </td>
                  <td>{item.address}</td>
                  <td className="number">{formatNumber(item.times)}</td>
                  <td>{t('traffic.refused.ago', { age: formatDuration((now - item.timeMs) / 1_000) })}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
