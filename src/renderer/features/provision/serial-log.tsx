import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { Select } from '@mantine/core';
import { useCallback, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardJob } from '../../../shared/contract/provisioning.ts';
import { useClient } from '../../app/live.ts';
import { LogLines } from './log-lines.tsx';
import { usePortName } from './port-words.tsx';
import { useLogLines } from './use-log-lines.ts';

/** The last word of the board that matters most; opened, the whole log of any board. */
export function SerialLog(props: {
  readonly jobs: readonly BoardJob[];
  readonly chosen: string | null;
  readonly locked: boolean;
  onChoose: (id: string | null) => void;
}): ReactElement | null {
  const { t } = useTranslation();
  const { jobs, chosen, onChoose } = props;
  const portName = usePortName();
  const job =
    jobs.find((one) => one.id === chosen) ??
    jobs.find((one) => one.phase === 'needs-you') ??
    jobs.find((one) => one.phase === 'running') ??
    jobs[0];
  if (job === undefined) return null;
  const open = chosen !== null;
  return (
    <section className="serial-log" aria-label={t('provision.log')}>
      <div className="serial-bar">
        <button
          type="button"
          className="button quiet"
          aria-expanded={open}
          disabled={props.locked}
          onClick={() => onChoose(open ? null : job.id)}
        >
          {open ? (
            <IconChevronDown size={18} aria-hidden="true" />
          ) : (
            <IconChevronUp size={18} aria-hidden="true" />
          )}
          {t('provision.log')}
        </button>
        {open ? (
          <Select
            aria-label={t('provision.logOf')}
            data={jobs.map((one) => ({
              value: one.id,
              label: `${portName(one.address)} ${one.name}`,
            }))}
            value={job.id}
            allowDeselect={false}
            onChange={onChoose}
          />
        ) : (
          <code>
            {portName(job.address)} {job.lastLogLine}
          </code>
        )}
      </div>
      {open ? <JobLog job={job} /> : null}
    </section>
  );
}

function JobLog({ job }: { readonly job: BoardJob }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { id } = job;
  const pull = useCallback(
    (cursor: { after: number; max: number; waitMs: number }, signal: AbortSignal) =>
      client.provisioning.log({ id, ...cursor }, { signal }),
    [client, id],
  );
  const { lines } = useLogLines(pull);
  return (
    <>
      {job.error === null ? null : (
        <p className="hint serial-error">
          <code>
            {job.error.code}: {job.error.message}
          </code>
        </p>
      )}
      <LogLines lines={lines} label={t('provision.log')} empty={t('provision.logEmpty')} timestamps />
    </>
  );
}
