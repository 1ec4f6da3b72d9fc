import { Modal } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuarantineReason } from '../../../shared/contract/devices.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { formatBytes, formatNumber, formatTime } from '../../components/format.ts';
import { EmptyState, PageHead } from '../../components/page-head.tsx';

const shownAtMost = 100;
const refreshMs = 3_000;

/** What could not be stored, why, and what can be done about it. */
export function QuarantinePage(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const [reason, setReason] = useState<QuarantineReason>();
  const [asking, setAsking] = useState(false);
  const { failure, run } = useFailure();
  const { data, error } = useQuery({
    queryKey: ['quarantine', reason],
    queryFn: ({ signal }) =>
      client.devices.quarantine(
        { limit: shownAtMost, ...(reason === undefined ? {} : { reason }) },
        { signal },
      ),
    refetchInterval: refreshMs,
    placeholderData: (before) => before,
  });
  const again = (work: () => Promise<unknown>): void =>
    run(async () => {
      await work();
      await queries.invalidateQueries({ queryKey: ['quarantine'] });
    });
  const total = data?.total ?? 0;
  return (
    <>
      <PageHead
        above={
          <Link to="/devices" className="back">
            <IconArrowLeft size={16} aria-hidden="true" /> {t('devices.nav')}
          </Link>
        }
        title={t('quarantine.heading', { count: total })}
        subtitle={
          data === undefined
            ? ''
            : t('quarantine.subtitle', {
                size: formatBytes(data.totalBytes),
                evicted: formatNumber(data.evicted),
              })
        }
        actions={
          <>
            <button
              type="button"
              className="button"
              disabled={total === 0}
              onClick={() => again(() => client.devices.replayQuarantine({}))}
            >
              {t('quarantine.replay')}
            </button>
            <button
              type="button"
              className="button danger"
              disabled={total === 0}
              onClick={() => setAsking(true)}
            >
              {t('quarantine.discard')}
            </button>
          </>
        }
      />
      {failure === undefined && error === null ? null : (
        <div className="page-body">
          <ErrorNotice error={failure ?? reportOf(error)} />
        </div>
      )}
      {data === undefined || total === 0 ? (
        <EmptyState title={t('quarantine.emptyTitle')} body={t('quarantine.emptyBody')} />
      ) : (
        <>
          <div className="filters" role="group" aria-label={t('quarantine.reasons')}>
            <button
              type="button"
              className={reason === undefined ? 'button filled' : 'button'}
              aria-pressed={reason === undefined}
              onClick={() => setReason(undefined)}
            >
              {t('devices.filter.all')} {formatNumber(total)}
            </button>
            {Object.entries(data.byReason).map(([name, count]) => (
              <button
                key={name}
                type="button"
                className={reason === name ? 'button filled' : 'button'}
                aria-pressed={reason === name}
                onClick={() => setReason(name as QuarantineReason)}
              >
                {t(`quarantine.reason.${name as QuarantineReason}`)} {formatNumber(count)}
              </button>
            ))}
          </div>
          <table className="quarantine">
            <thead>
              <tr>
                {(['time', 'topic', 'why', 'size', 'content'] as const).map((column) => (
                  <th key={column} scope="col">
                    {t(`quarantine.columns.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.items.map((item) => (
                <tr key={item.id}>
                  <td>{formatTime(item.receivedMs, true)}</td>
                  <td>
                    <code>{item.topic}</code>
                  </td>
                  <td>
                    {t(`quarantine.reason.${item.reason}`)}
                    {item.detail === '' ? null : <span className="secondary"> {item.detail}</span>}
                  </td>
                  <td className="number">{formatBytes(item.bytes)}</td>
                  <td>
                    <code>{item.preview}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {total > data.items.length ? (
            <p className="page-body hint">
              {t('quarantine.shown', { shown: data.items.length, total: formatNumber(total) })}
            </p>
          ) : null}
        </>
      )}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('quarantine.discardTitle')}
        centered
        closeButtonProps={{ 'aria-label': t('shell.close') }}
      >
        <p>{t('quarantine.discardBody', { count: total })}</p>
        <div className="row-of form">
          <button
            type="button"
            className="button danger"
            onClick={() => {
              setAsking(false);
              again(() => client.devices.discardQuarantine(reason === undefined ? {} : { reason }));
            }}
          >
            {t('quarantine.discardNow')}
          </button>
          <button type="button" className="button" onClick={() => setAsking(false)}>
            {t('quarantine.keep')}
          </button>
        </div>
      </Modal>
    </>
  );
}
