import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RollupsState } from '../../../shared/contract/rollups.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useRollups, useStack } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { SettingGroup } from './setting-group.tsx';

/** The views over the readings: whether they are there, how far their buckets are, and the ways to change that. */
export function ViewsGroup(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const state = useRollups();
  const running = useStack()?.phase === 'running';
  const { failure, run } = useFailure();
  const [busy, setBusy] = useState(false);
  const start = (work: () => Promise<unknown>): void =>
    run(async () => {
      setBusy(true);
      try {
        await work();
      } finally {
        setBusy(false);
      }
    });
  if (!running || state === undefined || state.exists === null)
    return (
      <SettingGroup title={t('stack.views.title')} body={t('stack.views.body')}>
        <p className="secondary">{t('stack.access.stopped')}</p>
      </SettingGroup>
    );
  return (
    <SettingGroup title={t('stack.views.title')} body={t('stack.views.body')}>
      <ViewsState state={state} />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        {state.exists ? (
          <>
            <ConfirmButton
              label={t('stack.views.recreate')}
              title={t('stack.views.recreateTitle')}
              body={t('stack.views.recreateBody')}
              more={t('stack.views.recreateMore')}
              disabled={busy}
              onConfirm={() => start(() => client.rollups.recreate({}))}
            />
            <ConfirmButton
              label={t('stack.views.drop')}
              title={t('stack.views.dropTitle')}
              body={t('stack.views.dropBody')}
              more={t('stack.views.dropMore')}
              disabled={busy}
              onConfirm={() => start(() => client.rollups.drop({}))}
            />
          </>
        ) : (
          <button
            type="button"
            className="button filled"
            disabled={busy}
            onClick={() => start(() => client.rollups.create({}))}
          >
            {t('stack.views.create')}
          </button>
        )}
      </div>
    </SettingGroup>
  );
}

function ViewsState({ state }: { readonly state: RollupsState }): ReactElement {
  const { t, i18n } = useTranslation();
  const { exists, kind, working, daysDone, daysTotal, watermarkMs, staleDays } = state;
  if (exists !== true)
    return (
      <p role="status">
        <StatusGlyph kind="warn" /> {t('stack.views.missing')}
      </p>
    );
  const catchingUp = working && daysTotal > 0;
  return (
    <div className="views-state">
      <p role="status">
        <StatusGlyph kind={catchingUp ? 'warn' : 'ok'} />{' '}
        {t(catchingUp ? 'stack.views.working' : 'stack.views.there')}
      </p>
      {catchingUp ? (
        <>
          <progress aria-label={t('stack.views.progress')} max={daysTotal} value={daysDone} />
          <p className="secondary">
            {t('stack.views.days', { done: formatNumber(daysDone), total: formatNumber(daysTotal) })}
          </p>
        </>
      ) : null}
      <p className="secondary">
        {kind === null ? null : `${t(`stack.views.kind.${kind}`)} `}
        {watermarkMs === null
          ? t('stack.views.none')
          : t('stack.views.until', {
              when: `${formatDate(watermarkMs, i18n.language)} ${formatTime(watermarkMs)}`,
            })}
        {staleDays === 0
          ? null
          : ` ${t('stack.views.stale', { count: staleDays, shown: formatNumber(staleDays) })}`}
      </p>
    </div>
  );
}
