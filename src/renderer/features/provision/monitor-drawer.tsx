import { Checkbox, Drawer, Select, TextInput } from '@mantine/core';
import { useCallback, useEffect, useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { boardLogLine } from '../../../shared/contract/ports.ts';
import { reportOf, type ErrorReport } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { LogLines } from './log-lines.tsx';
import { usePortName } from './port-words.tsx';
import { saveFile } from '../../components/save-file.ts';
import { useLogLines } from './use-log-lines.ts';

type Line = z.infer<typeof boardLogLine>;

const rates = [9_600, 74_880, 115_200, 230_400, 460_800, 921_600] as const;
const levels = ['all', 'info', 'warn', 'error'] as const;
type LevelFilter = (typeof levels)[number];
const severity = { verbose: 0, debug: 1, info: 2, warn: 3, error: 4 } as const;

/** The serial log of one board: filter, times, a line to send, and its reset and boot-loader buttons. */
export function MonitorDrawer({
  address,
  onClose,
}: {
  readonly address: string;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const portName = usePortName();
  const [rate, setRate] = useState(115_200);
  const [open, setOpen] = useState(false);
  const [level, setLevel] = useState<LevelFilter>('all');
  const [filter, setFilter] = useState('');
  const [timestamps, setTimestamps] = useState(true);
  const [text, setText] = useState('');
  const [refusal, setRefusal] = useState<ErrorReport>();
  const { failure, run } = useFailure();
  const problem = failure ?? refusal;
  useEffect(() => {
    client.monitor.open({ address, baudRate: rate }).then(
      () => setOpen(true),
      (error: unknown) => setRefusal(reportOf(error)),
    );
  }, [client, address, rate]);
  useEffect(
    () => () => {
      void client.monitor.close({ address }).catch(() => undefined);
    },
    [client, address],
  );
  const pull = useCallback(
    async (cursor: { after: number; max: number; waitMs: number }, signal: AbortSignal) => {
      const page = await client.monitor.lines({ address, ...cursor }, { signal });
      if (!page.open) setOpen(false);
      return page;
    },
    [client, address, setOpen],
  );
  const { lines } = useLogLines<Line>(open ? pull : null);
  const shown = lines.filter(
    (line) =>
      (level === 'all' || severity[line.level ?? 'info'] >= severity[level]) &&
      line.text.toLowerCase().includes(filter.toLowerCase()),
  );
  const send = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      await client.monitor.send({ address, text, lineEnd: 'lf' });
      setText('');
    });
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={t('provision.monitor.title', { port: portName(address) })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="monitor">
        <p className="row-glyph" role="status">
          <StatusGlyph kind={open ? 'ok' : 'idle'} />
          {t(open ? 'provision.monitor.isOpen' : 'provision.monitor.isClosed')}
        </p>
        <div className="monitor-tools">
          <TextInput
            label={t('provision.monitor.filter')}
            value={filter}
            data-autofocus
            onChange={(event) => setFilter(event.target.value)}
          />
          <Select
            label={t('provision.monitor.level')}
            data={levels.map((value) => ({ value, label: t(`provision.monitor.levels.${value}`) }))}
            value={level}
            allowDeselect={false}
            onChange={(value) => setLevel(levels.find((one) => one === value) ?? 'all')}
          />
          <Select
            label={t('provision.monitor.speed')}
            data={rates.map((value) => ({ value: String(value), label: String(value) }))}
            value={String(rate)}
            allowDeselect={false}
            onChange={(value) => setRate(Number(value))}
          />
          <Checkbox
            label={t('provision.monitor.times')}
            checked={timestamps}
            onChange={(event) => setTimestamps(event.target.checked)}
          />
        </div>
        {problem === undefined ? null : <ErrorNotice error={problem} />}
        <LogLines
          lines={shown}
          label={t('provision.log')}
          empty={t(lines.length === 0 ? 'provision.logEmpty' : 'provision.monitor.nothingMatches')}
          timestamps={timestamps}
        />
        <form className="pair with-button" onSubmit={send}>
          <TextInput
            label={t('provision.monitor.line')}
            value={text}
            maxLength={1000}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button" disabled={!open}>
            {t('provision.monitor.send')}
          </button>
        </form>
        <div className="row-of">
          {open ? null : (
            <button
              type="button"
              className="button filled"
              onClick={() => {
                setRefusal(undefined);
                run(async () => {
                  await client.monitor.open({ address, baudRate: rate });
                  setOpen(true);
                });
              }}
            >
              {t('provision.monitor.openAgain')}
            </button>
          )}
          <button
            type="button"
            className="button"
            onClick={() => run(() => client.boards.reset({ address, into: 'application' }))}
          >
            {t('provision.monitor.reset')}
          </button>
          <button
            type="button"
            className="button"
            onClick={() => run(() => client.boards.reset({ address, into: 'boot-loader' }))}
          >
            {t('provision.monitor.bootLoader')}
          </button>
          <button
            type="button"
            className="button"
            disabled={lines.length === 0}
            onClick={() => run(async () => saveFile(await client.monitor.file({ address })))}
          >
            {t('provision.monitor.save')}
          </button>
        </div>
      </div>
    </Drawer>
  );
}
