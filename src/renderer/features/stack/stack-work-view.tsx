import type { TFunction } from 'i18next';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { useStackWork, type StackOutcome, type StackWorkName } from './stack-work.ts';
import { UpSteps } from './up-progress.tsx';

/** How far one of these works is, what went wrong with it, or what came out. */
export function StackWorkView({ works }: { readonly works: readonly StackWorkName[] }): ReactElement | null {
  const { t } = useTranslation();
  const { running, progress, cancel, failure, outcome } = useStackWork();
  if (running !== undefined && works.includes(running))
    return (
      <div className="stack-work">
        <p role="status">{t(`stackPage.work.running.${running}`)}</p>
        {progress === null ? null : <UpSteps progress={progress} />}
        <div className="row-of">
          <button type="button" className="button" onClick={cancel}>
            {t('shell.cancel')}
          </button>
        </div>
      </div>
    );
  if (failure !== undefined && works.includes(failure.work)) return <ErrorNotice error={failure.error} />;
  return outcome === undefined || !works.includes(outcome.work) ? null : <Outcome outcome={outcome} />;
}

function Outcome({ outcome }: { readonly outcome: StackOutcome }): ReactElement {
  const { t } = useTranslation();
  const [first, ...rest] = linesOf(outcome, t);
  return (
    <div className="stack-work" role="status">
      <p>
        <StatusGlyph kind="ok" /> {first}
      </p>
      {rest.map((line) => (
        <p key={line} className="secondary">
          {line}
        </p>
      ))}
    </div>
  );
}

function linesOf(outcome: StackOutcome, t: TFunction): readonly string[] {
  const backup = (path: string): string => t('stackPage.work.backup', { path });
  switch (outcome.work) {
    case 'repair':
      return [t('stackPage.work.repaired')];
    case 'update':
      return [
        outcome.changed.length === 0
          ? t('stackPage.work.nothingNew')
          : t('stackPage.work.updated', { services: outcome.changed.join(', ') }),
        backup(outcome.backup),
      ];
    case 'use':
      return [
        t('stackPage.work.used'),
        outcome.backup === null ? t('stackPage.work.nothingAdded') : backup(outcome.backup),
        t('stackPage.work.newBoards', { account: outcome.account }),
      ];
    case 'take-over':
      break;
  }
  return [
    t('stackPage.work.takenOver', { rows: formatNumber(outcome.rows) }),
    backup(outcome.backup),
    outcome.account === null
      ? t('stackPage.work.noAccount')
      : t('stackPage.work.account', { account: outcome.account }),
  ];
}
