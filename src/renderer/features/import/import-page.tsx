import { IconArrowLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportProgress } from '../../../shared/contract/readings-import.ts';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { formatBytes, formatNumber } from '../../components/format.ts';
import { PageHead } from '../../components/page-head.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { CheckFacts, FaultTable } from './check-facts.tsx';
import { FileDrop } from './file-drop.tsx';
import { ImportList } from './import-list.tsx';
import { useImportWork } from './import-work.ts';
import { LookTable } from './look-table.tsx';
import { MappingForm } from './mapping-form.tsx';
import { useImportFile, type ImportFile } from './use-import-file.ts';
import './import.css';

/** Readings from a CSV file: chosen, understood, checked, imported, and taken back. */
export function ImportPage(): ReactElement {
  const { t } = useTranslation();
  const stackRuns = useStack()?.phase === 'running';
  const file = useImportFile();
  const work = useImportWork();
  const busy = work.running !== undefined || file.sending !== undefined || file.checking !== undefined;
  const takeFile = (chosen: File): void => {
    work.forget();
    file.choose(chosen);
  };
  return (
    <>
      <PageHead
        above={
          <Link to="/settings/$section" params={{ section: 'stack' }} className="back">
            <IconArrowLeft size={16} aria-hidden="true" /> {t('settings.sections.stack')}
          </Link>
        }
        title={t('import.title')}
        subtitle={t('import.subtitle')}
      />
      {stackRuns ? null : (
        <p className="banner" role="status">
          {t('import.needsStack')}
        </p>
      )}
      <div className="import-columns">
        <div>
          <section className="pane import-file">
            <FileDrop disabled={!stackRuns || busy} onFile={takeFile} />
            {file.sending === undefined ? null : (
              <ProgressLine
                label={t('import.sending', { name: file.sending.name })}
                done={file.sending.sent}
                total={file.sending.total}
                bytes
                onCancel={file.cancel}
              />
            )}
            {file.failure === undefined ? null : <ErrorNotice error={file.failure} />}
            <Outcome />
          </section>
          {file.look === undefined ? null : <Understood file={file} busy={busy} />}
        </div>
        {stackRuns ? <ImportList /> : null}
      </div>
    </>
  );
}

function Understood({
  file,
  busy,
}: {
  readonly file: ImportFile;
  readonly busy: boolean;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const importFile = useImportWork((state) => state.importFile);
  const { look, check, order } = file;
  if (look === undefined) return null;
  const start = async (): Promise<void> => {
    if (order !== undefined && (await importFile(client, order))) file.letGo();
  };
  return (
    <>
      <section className="pane" aria-labelledby="understood-title">
        <div className="pane-head">
          <h2 id="understood-title">{look.name}</h2>
          <span className="hint">{formatBytes(look.bytes)}</span>
          <button type="button" className="button quiet" disabled={busy} onClick={file.letGo}>
            {t('import.letGo')}
          </button>
        </div>
        {look.ownFormat ? (
          <p>
            <StatusGlyph kind="ok" /> {t('import.ownFormat')}
          </p>
        ) : (
          <MappingForm key={look.name} look={look} disabled={busy} onChange={file.map} />
        )}
        <LookTable look={look} />
      </section>
      <section className="pane import-check" aria-labelledby="check-title">
        <h2 id="check-title">{t('import.whatHappens')}</h2>
        {file.checking === undefined ? null : (
          <WorkProgress progress={file.checking} label={t('import.checking')} onCancel={file.cancel} />
        )}
        {check === undefined ? (
          <button type="button" className="button filled" disabled={busy} onClick={file.examine}>
            {t('import.check')}
          </button>
        ) : (
          <>
            <CheckFacts check={check} disabled={busy} onAssign={file.give} onAdopted={file.examine} />
            <div className="row-of">
              <button
                type="button"
                className="button filled"
                disabled={busy || check.added + check.replaced === 0}
                onClick={() => void start()}
              >
                {t('import.run')}
              </button>
              <button type="button" className="button" disabled={busy} onClick={file.examine}>
                {t('import.checkAgain')}
              </button>
            </div>
            <p className="hint">
              {t(check.added + check.replaced === 0 ? 'import.nothingToDo' : 'import.canUndo')}
            </p>
          </>
        )}
      </section>
    </>
  );
}

/** What an import or an undo of this window does, or did last. */
function Outcome(): ReactElement | null {
  const { t } = useTranslation();
  const { running, progress, failure, imported, undone, forget } = useImportWork();
  if (running !== undefined)
    return (
      <WorkProgress
        progress={progress}
        label={t(progress?.phase === 'undoing' ? 'import.undoing' : 'import.importing')}
        onCancel={running.cancel}
      />
    );
  if (failure !== undefined) return <ErrorNotice error={failure} />;
  if (imported === undefined && undone === undefined) return null;
  return (
    <div className="import-outcome" role="status">
      <p>
        <StatusGlyph kind="ok" />{' '}
        {imported === undefined
          ? t('import.undoneNow', {
              count: undone?.removed ?? 0,
              removed: formatNumber(undone?.removed ?? 0),
              restored: formatNumber(undone?.restored ?? 0),
            })
          : t('import.done', {
              name: imported.record.fileName,
              added: formatNumber(imported.record.added),
              replaced: formatNumber(imported.record.replaced),
              unchanged: formatNumber(imported.record.unchanged),
            })}{' '}
        <button type="button" className="button quiet" onClick={forget}>
          {t('shell.close')}
        </button>
      </p>
      {imported === undefined ? null : <FaultTable faults={imported.faults} />}
    </div>
  );
}

function WorkProgress(props: {
  readonly progress: ImportProgress | null;
  readonly label: string;
  onCancel: () => void;
}): ReactElement {
  const { progress } = props;
  return (
    <ProgressLine
      label={props.label}
      done={progress?.done ?? 0}
      total={progress?.total ?? 0}
      lines={progress?.lines ?? 0}
      onCancel={props.onCancel}
    />
  );
}

function ProgressLine(props: {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly lines?: number;
  readonly bytes?: boolean;
  onCancel: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { label, done, total, lines = 0 } = props;
  return (
    <div className="import-progress">
      <p role="status">{label}</p>
      <progress aria-label={label} max={1} {...(total > 0 ? { value: done / total } : {})} />
      <div className="row-of">
        <button type="button" className="button" onClick={props.onCancel}>
          {t('shell.cancel')}
        </button>
        {props.bytes === true ? (
          <span className="secondary">{`${formatBytes(done)} / ${formatBytes(total)}`}</span>
        ) : lines > 0 ? (
          <span className="secondary">
            {t('import.linesRead', { count: lines, lines: formatNumber(lines) })}
          </span>
        ) : null}
      </div>
    </div>
  );
}
