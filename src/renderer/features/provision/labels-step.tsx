import { IconDownload, IconPrinter } from '@tabler/icons-react';
import { Select } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { labelSizes, type LabelSize } from '../../../shared/domain/label-size.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { formatNumber, humidityUnit } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { ActionBar } from './action-bar.tsx';
import { LabelPicture, usePrintLabels } from './labels.tsx';
import { LaneWord } from './lane.tsx';
import { isWorking } from './board-rows.ts';
import { useProvision } from './provision-store.ts';
import { saveFile } from '../../components/save-file.ts';
import type { ProvisionFacts } from './use-facts.ts';

/** Labels for the boards that are ready, the report of all, and on to the next ones. */
export function LabelsStep({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const go = useProvision((state) => state.go);
  const { failure, run } = useFailure();
  const [size, setSize] = useState<LabelSize>('62x29');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const printLabels = usePrintLabels();
  const { jobs, locked } = facts.state;
  const ready = jobs.filter((job) => job.phase === 'ready' && job.mac !== null);
  const macs = ready.flatMap((job) => (job.mac === null || left.has(job.mac) ? [] : [job.mac]));
  const working = jobs.some(isWorking);
  const toggle = (mac: string): void => {
    const next = new Set(left);
    if (!next.delete(mac)) next.add(mac);
    setLeft(next);
  };
  const download = (format: 'pdf' | 'png'): void =>
    run(async () => saveFile(await client.provisioning.label({ macs, size, format })));
  return (
    <>
      <div className="provision-body labels-body">
        <div className="provision-main">
          {failure === undefined ? null : (
            <div className="page-body">
              <ErrorNotice error={failure} />
            </div>
          )}
          <section className="pane">
            <div className="pane-head">
              <h2>{t('provision.labels.title')}</h2>
              <span className="hint">{t('provision.labels.chosen', { count: macs.length })}</span>
            </div>
            {ready.length === 0 ? <p className="secondary">{t('provision.labels.none')}</p> : null}
            <ul className="label-list">
              {ready.map((job) => (
                <LabelItem
                  key={job.id}
                  job={job}
                  size={size}
                  on={job.mac !== null && !left.has(job.mac)}
                  locked={locked}
                  onToggle={() => job.mac !== null && toggle(job.mac)}
                />
              ))}
            </ul>
          </section>
          {jobs.length > ready.length ? (
            <section className="pane">
              <h2>{t('provision.labels.others')}</h2>
              <ul className="other-boards">
                {jobs
                  .filter((job) => job.phase !== 'ready')
                  .map((job) => (
                    <li key={job.id}>
                      <strong>{job.name}</strong>
                      <LaneWord job={job} />
                    </li>
                  ))}
              </ul>
            </section>
          ) : null}
        </div>
        <aside className="provision-settings" aria-label={t('provision.labels.options')}>
          <h2>{t('provision.labels.options')}</h2>
          <Select
            label={t('provision.labels.size')}
            data={labelSizes.map((value) => ({ value, label: t(`provision.labels.sizes.${value}`) }))}
            value={size}
            allowDeselect={false}
            onChange={(value) => setSize(labelSizes.find((one) => one === value) ?? '62x29')}
          />
          <div className="stack">
            {(['pdf', 'png'] as const).map((format) => (
              <button
                key={format}
                type="button"
                className="button"
                disabled={macs.length === 0 || locked}
                onClick={() => download(format)}
              >
                <IconDownload size={18} aria-hidden="true" />
                {t(`provision.labels.${format}`)}
              </button>
            ))}
            <button
              type="button"
              className="button"
              disabled={jobs.length === 0}
              onClick={() => run(async () => saveFile(await client.provisioning.report({})))}
            >
              <IconDownload size={18} aria-hidden="true" />
              {t('provision.labels.report')}
            </button>
          </div>
          <p className="secondary">
            <StatusGlyph kind="idle" /> {t('provision.labels.record')}
          </p>
        </aside>
      </div>
      <ActionBar
        title={t('provision.labels.done', { count: ready.length })}
        body={t(working ? 'provision.labels.stillWorking' : 'provision.labels.nextBody')}
      >
        <button
          type="button"
          className="button large"
          disabled={locked}
          onClick={() =>
            run(async () => {
              await client.provisioning.dismiss({ id: null });
              go('select');
            })
          }
        >
          {t('provision.labels.next')}
        </button>
        <button
          type="button"
          className="button filled large"
          disabled={macs.length === 0 || locked}
          onClick={() => run(() => printLabels(macs, size))}
        >
          <IconPrinter size={18} aria-hidden="true" />
          {macs.length === 0
            ? t('provision.labels.printNone')
            : t('provision.labels.print', { count: macs.length })}
        </button>
      </ActionBar>
    </>
  );
}

function LabelItem(props: {
  readonly job: BoardJob;
  readonly size: LabelSize;
  readonly on: boolean;
  readonly locked: boolean;
  onToggle: () => void;
}): ReactElement {
  const { job } = props;
  return (
    <li>
      <label>
        <input type="checkbox" checked={props.on} disabled={props.locked} onChange={props.onToggle} />
        <span>
          <strong>{job.name}</strong>
          <span className="secondary">{[job.position, job.mac].filter(Boolean).join(' · ')}</span>
          {job.reading === null ? null : (
            <span className="secondary">
              {formatNumber(job.reading.temperature, 1)} °C, {formatNumber(job.reading.humidity, 1)}{' '}
              {humidityUnit()}
            </span>
          )}
        </span>
      </label>
      {/* One label stands for the sheet. */}
      <LabelPicture
        mac={job.mac ?? ''}
        name={job.name}
        size={props.size === 'a4-24' ? '62x29' : props.size}
      />
    </li>
  );
}
