import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { AdoptDialog } from './adopt-dialog.tsx';

const shownAtMost = 4;

/** Devices that send and that nobody adopted; their readings wait. */
export function Candidates(): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const board = useBoard();
  const candidates = board?.candidates ?? [];
  const more = board?.moreCandidates ?? 0;
  const [adopting, setAdopting] = useState<Candidate>();
  const [all, setAll] = useState(false);
  const [result, setResult] = useState<string>();
  const { failure, run } = useFailure();
  const waiting = candidates.filter((candidate) => !candidate.ignored);
  return (
    <>
      {result === undefined ? null : (
        <p className="success" role="status">
          <StatusGlyph kind="ok" /> {result}
        </p>
      )}
      {failure === undefined ? null : (
        <div className="page-body">
          <ErrorNotice error={failure} />
        </div>
      )}
      {waiting.length === 0 ? null : (
        <section className="candidates" aria-label={t('devices.unknown', { count: waiting.length })}>
          <div>
            <h2>
              <StatusGlyph kind="unknown" /> {t('devices.unknown', { count: waiting.length })}
            </h2>
            <p className="secondary">{t('devices.unknownBody')}</p>
            {more === 0 ? null : <p className="secondary">{t('devices.unknownMore', { count: more })}</p>}
          </div>
          {(all ? waiting : waiting.slice(0, shownAtMost)).map((candidate) => (
            <div key={candidate.mac} className="candidate">
              <div>
                <strong>{candidate.mac}</strong>
                <p className="secondary">{describe(candidate, t)}</p>
              </div>
              <button
                type="button"
                className="button"
                aria-label={t('devices.adoptNamed', { mac: candidate.mac })}
                onClick={() => setAdopting(candidate)}
              >
                {t('devices.adopt')}
              </button>
              <button
                type="button"
                className="button quiet"
                aria-label={t('devices.ignoreNamed', { mac: candidate.mac })}
                onClick={() => run(() => client.devices.ignore({ mac: candidate.mac, ignored: true }))}
              >
                {t('devices.ignore')}
              </button>
            </div>
          ))}
          {waiting.length > shownAtMost ? (
            <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? t('devices.showFewer') : t('devices.showAll', { count: waiting.length })}
            </button>
          ) : null}
        </section>
      )}
      {adopting === undefined ? null : (
        <AdoptDialog
          candidate={adopting}
          onClose={() => setAdopting(undefined)}
          onDone={(name, stored) => {
            setAdopting(undefined);
            setResult(t('devices.adopted', { name, count: stored }));
          }}
        />
      )}
    </>
  );
}

function describe(candidate: Candidate, t: ReturnType<typeof useTranslation>['t']): string {
  const parts = [
    ...(candidate.temperature === null ? [] : [`${formatNumber(candidate.temperature, 1)} °C`]),
    ...(candidate.rssi === null ? [] : [`${formatNumber(candidate.rssi)} dBm`]),
    t('devices.since', { time: formatTime(candidate.firstSeenMs) }),
    t('devices.kept', { count: candidate.kept }),
    ...(candidate.evicted === 0 ? [] : [t('devices.evicted', { count: candidate.evicted })]),
  ];
  return parts.join(', ');
}
