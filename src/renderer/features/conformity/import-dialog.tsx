import { Modal } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Client } from '../../../shared/contract/contract.ts';
import { isRatio, ruleFileMostBytes } from '../../../shared/domain/conformity-rules.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { formatNumber } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { boundsText } from './rule-words.ts';

type Report = Awaited<ReturnType<Client['conformity']['importRules']>>;

/** First a look at what the file would change, which touches nothing; then, without a bad line, the change. */
export function ImportDialog(props: { onImported: () => void; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { onImported, onClose } = props;
  const [file, setFile] = useState<File>();
  const [report, setReport] = useState<Report>();
  const { failure, run, clear } = useFailure();
  const tooLarge = file !== undefined && file.size > ruleFileMostBytes;
  const look = (chosen: File | undefined): void => {
    setFile(chosen);
    setReport(undefined);
    clear();
    if (chosen === undefined || chosen.size > ruleFileMostBytes) return;
    run(async () => setReport(await client.conformity.importRules({ file: chosen, apply: false })));
  };
  const take = (): void => {
    if (file === undefined) return;
    run(async () => {
      const done = await client.conformity.importRules({ file, apply: true });
      setReport(done);
      if (done.applied) onImported();
    });
  };
  const count = (report?.added ?? 0) + (report?.replaced ?? 0);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('conformity.import.title')}
      size="xl"
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        {report?.applied === true ? (
          <p role="status">
            <StatusGlyph kind="ok" /> {t('conformity.import.done', counts(report))}
          </p>
        ) : (
          <>
            <label className="file-field">
              <span>{t('conformity.import.file')}</span>
              <input
                type="file"
                accept=".csv,text/csv,text/plain"
                data-autofocus
                onChange={(event) => look(event.target.files?.[0])}
              />
            </label>
            <p className="hint">{t('conformity.import.columns')}</p>
          </>
        )}
        {tooLarge ? (
          <ErrorNotice
            error={{
              code: 'conformity.file-too-large',
              message: '',
              data: { mostBytes: formatNumber(ruleFileMostBytes) },
            }}
          />
        ) : null}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        {report === undefined || report.applied ? null : <Preview report={report} />}
        <div className="row-of">
          {report?.applied === true ? null : (
            <button
              type="button"
              className="button filled"
              disabled={report === undefined || report.faults.length > 0 || count === 0}
              onClick={take}
            >
              {report !== undefined && report.faults.length > 0
                ? t('conformity.import.blocked', { count: report.faults.length + report.moreFaults })
                : t('conformity.import.take', { count })}
            </button>
          )}
          <button type="button" className="button" onClick={onClose}>
            {t(report?.applied === true ? 'shell.close' : 'shell.cancel')}
          </button>
        </div>
      </div>
    </Modal>
  );
}

const counts = ({ added, replaced, unchanged }: Report) => ({ added, replaced, unchanged });

function Preview({ report }: { readonly report: Report }): ReactElement {
  const { t } = useTranslation();
  const { faults, moreFaults, changes, moreChanges, neverKept } = report;
  return (
    <>
      <p role="status">
        {faults.length > 0
          ? t('conformity.import.faults', { count: faults.length + moreFaults })
          : t('conformity.import.preview', counts(report))}
      </p>
      {neverKept === 0 ? null : (
        <p className="never warn">
          <StatusGlyph kind="warn" /> {t('conformity.import.never', { count: neverKept })}
        </p>
      )}
      {faults.length === 0 ? null : (
        <LineTable
          caption={t('conformity.import.badLines')}
          more={moreFaults === 0 ? null : t('conformity.import.moreFaults', { count: moreFaults })}
          rows={faults.map(({ line, reason, value }) => ({
            key: `${line} ${reason}`,
            line,
            what: t(`conformity.reason.${reason}`),
            detail: <code>{value}</code>,
          }))}
        />
      )}
      {changes.length === 0 ? null : (
        <LineTable
          caption={t('conformity.import.changes')}
          more={moreChanges === 0 ? null : t('conformity.import.moreChanges', { count: moreChanges })}
          rows={changes.map((change) => ({
            key: String(change.line),
            line: change.line,
            what: t(`conformity.change.${change.kind}`),
            detail: (
              <>
                {t('components.labelled', {
                  label: change.siteRef,
                  text: t('conformity.named', {
                    kind: t(`conformity.kind.${change.metricType}`),
                    bounds: boundsText(t, change),
                  }),
                })}
                {change.never ? (
                  <span className="warn">
                    {' '}
                    {t(isRatio(change.metricType) ? 'conformity.never' : 'conformity.neverSpread')}
                  </span>
                ) : null}
              </>
            ),
          }))}
        />
      )}
    </>
  );
}

function LineTable(props: {
  readonly caption: string;
  readonly more: string | null;
  readonly rows: readonly {
    readonly key: string;
    readonly line: number;
    readonly what: string;
    readonly detail: ReactElement;
  }[];
}): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="import-lines">
      <table>
        <caption>{props.caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="number">
              {t('conformity.import.line')}
            </th>
            <th scope="col">{t('conformity.import.what')}</th>
            <th scope="col">{t('conformity.import.detail')}</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map(({ key, line, what, detail }) => (
            <tr key={key}>
              <td className="number">{formatNumber(line)}</td>
              <td>{what}</td>
              <td>{detail}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {props.more === null ? null : <p className="hint">{props.more}</p>}
    </div>
  );
}
