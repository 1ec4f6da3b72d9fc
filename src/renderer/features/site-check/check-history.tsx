import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { SiteCheckSummary } from '../../../shared/contract/site-check.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { formatDate, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';

/** Former runs of this site, newest first; one of them is shown. */
export function CheckHistory(props: {
  readonly runs: readonly SiteCheckSummary[];
  readonly shownId: number | undefined;
  onOpen: (id: number) => void;
  onRemoved: () => Promise<void>;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  const { runs, shownId, onOpen, onRemoved } = props;
  return (
    <section className="pane">
      <h2>{t('siteCheck.history')}</h2>
      {runs.length === 0 ? <p className="secondary">{t('siteCheck.noHistory')}</p> : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ul className="check-runs">
        {runs.map(({ id, finishedMs, passed, passedDevices, devices, technician }) => {
          const when = `${formatDate(finishedMs, i18n.language)} ${formatTime(finishedMs)}`;
          return (
            <li key={id}>
              <button
                type="button"
                className="check-run"
                aria-pressed={id === shownId}
                onClick={() => onOpen(id)}
              >
                <StatusGlyph kind={passed ? 'ok' : 'bad'} />
                <span>
                  {when}
                  <span className="secondary">
                    {t('siteCheck.counts', { passed: passedDevices, devices })}
                    {technician === '' ? '' : ` · ${technician}`}
                  </span>
                </span>
              </button>
              <ConfirmButton
                label={t('siteCheck.remove')}
                name={t('siteCheck.removeNamed', { when })}
                title={t('siteCheck.removeTitle', { when })}
                body={t('siteCheck.removeBody')}
                onConfirm={() =>
                  run(async () => {
                    await client.siteCheck.remove({ id });
                    await onRemoved();
                  })
                }
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
