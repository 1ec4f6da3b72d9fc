import { Modal, Radio } from '@mantine/core';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { RangeSummary } from '../../../shared/contract/history.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import type { ViewRange } from '../../components/chart/view-range.ts';
import { momentText } from '../../components/chart/time-axis.ts';
import { formatNumber } from '../../components/format.ts';
import { fileName } from './file-names.ts';
import type { HistorySensor } from './history-sensors.ts';
import { summaryCsv } from './summary-csv.ts';
import { openTextSink } from './text-sink.ts';

const kinds = ['raw', 'semi-hourly', 'hourly', 'daily', 'table'] as const;
type Kind = (typeof kinds)[number];

/** The readings shown as a file: as they came, or as means over fixed times; or the table below the charts. */
export function ExportDialog(props: {
  readonly sensors: readonly HistorySensor[];
  readonly range: ViewRange;
  readonly summaries: readonly RangeSummary[];
  readonly onClose: () => void;
}): ReactElement {
  const { t, i18n } = useTranslation();
  const client = useClient();
  const { sensors, summaries } = props;
  // A range that follows now is exported as it was when the dialog opened.
  const [range] = useState(props.range);
  const [kind, setKind] = useState<Kind>('raw');
  const [rows, setRows] = useState<number>();
  const [done, setDone] = useState<number>();
  const stop = useRef<AbortController>(undefined);
  const { failure, run } = useFailure();
  useEffect(() => () => stop.current?.abort(), []);
  const expected = summaries.reduce((sum, { received }) => sum + received, 0);
  const start = async (): Promise<void> => {
    setDone(undefined);
    const sink = await openTextSink(fileName(sensors, range, kind, 'csv'));
    if (sink === undefined) return;
    const abort = new AbortController();
    stop.current = abort;
    setRows(0);
    try {
      if (kind === 'table') {
        await sink.write(summaryCsv(sensors, summaries, range));
        await sink.close();
        setDone(sensors.length);
        return;
      }
      let written = 0;
      let complete = false;
      const macs = sensors.map(({ mac }) => mac);
      const parts = await client.history.exportCsv(
        { macs, fromMs: range.fromMs, toMs: range.toMs, resolution: kind },
        { signal: abort.signal },
      );
      for await (const part of parts) {
        if (part.type === 'done') {
          complete = true;
          break;
        }
        await sink.write(part.text);
        written += part.rows;
        setRows(written);
      }
      if (!complete) {
        await sink.abort();
        return;
      }
      await sink.close();
      setDone(written);
    } catch (error) {
      await sink.abort();
      if (!abort.signal.aborted) throw error;
    } finally {
      setRows(undefined);
    }
  };
  const running = rows !== undefined;
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t('history.exportTitle')}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        <p className="secondary">
          {t('history.exportWhat', {
            count: sensors.length,
            from: momentText(range.fromMs, i18n.language),
            to: momentText(range.toMs, i18n.language),
          })}
        </p>
        <Radio.Group label={t('history.exportKind')} value={kind} onChange={(value) => setKind(value)}>
          <div className="export-kinds">
            {kinds.map((value) => (
              <Radio
                key={value}
                value={value}
                disabled={running}
                label={t(`history.exportKinds.${value}`)}
                description={
                  value === 'raw' && expected > 0
                    ? t('history.exportRows', { count: expected, rows: formatNumber(expected) })
                    : undefined
                }
              />
            ))}
          </div>
        </Radio.Group>
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <p role="status" className={done === undefined ? 'secondary' : 'strong'}>
          {running
            ? t('history.exporting', { count: rows, rows: formatNumber(rows) })
            : done === undefined
              ? null
              : t('history.exported', { count: done, rows: formatNumber(done) })}
        </p>
        <div className="row-of">
          <button type="button" className="button filled" disabled={running} onClick={() => run(start)}>
            {t('history.exportSave')}
          </button>
          {running ? (
            <button type="button" className="button" onClick={() => stop.current?.abort()}>
              {t('history.exportStop')}
            </button>
          ) : (
            <button type="button" className="button" onClick={props.onClose}>
              {t('shell.close')}
            </button>
          )}
        </div>
      </div>
    </Modal>
  );
}
