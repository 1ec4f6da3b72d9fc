import { SegmentedControl } from '@mantine/core';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLine } from '../../../shared/contract/stack.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useIngest, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { formatBytes, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { DatabaseAccess } from './database-access.tsx';
import { NumberField, PortField } from './number-field.tsx';
import { RestartStack } from './restart-stack.tsx';
import { portKeys, SettingGroup, useSetting } from './setting-group.tsx';

export function StackSection(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const ingest = useIngest();
  const askToStop = useUi((state) => state.askToStop);
  const { settings, change } = useSetting();
  const { failure, run } = useFailure();
  const phase = stack?.phase ?? 'stopped';
  const busy = phase === 'starting' || phase === 'stopping';
  const error = stack?.error ?? failure;
  return (
    <>
      <SettingGroup title={t('stack.title')} body={t('stack.body')}>
        <p>
          <StatusGlyph
            kind={phase === 'running' ? 'ok' : phase === 'failed' ? 'bad' : busy ? 'busy' : 'idle'}
          />{' '}
          {busy && stack !== undefined && stack.step !== null
            ? t(`stack.steps.${stack.step}`)
            : t(`strip.phase.${phase}`)}
        </p>
        {error === undefined ? null : <ErrorNotice error={error} />}
        <div className="row-of">
          {phase === 'running' || phase === 'starting' ? (
            <button type="button" className="button" onClick={() => askToStop(true)}>
              {t('strip.stopStack')}
            </button>
          ) : (
            <button
              type="button"
              className="button filled"
              disabled={busy}
              onClick={() => run(() => client.stack.start({}))}
            >
              {t('strip.startStack')}
            </button>
          )}
          <RestartStack
            label={t('stack.restart')}
            disabled={phase !== 'running'}
            onRestart={() => run(() => client.stack.restart({}))}
          />
        </div>
        <dl className="facts">
          {(
            [
              [
                'version',
                stack === undefined || stack.database.version === null
                  ? '–'
                  : `${stack.database.kind === 'postgresql' ? 'PostgreSQL' : 'TimescaleDB'} ${stack.database.version}`,
              ],
              [
                'database',
                stack === undefined || stack.database.port === null
                  ? '–'
                  : `${stack.database.databaseName} @ ${stack.database.address}:${stack.database.port}`,
              ],
              [
                'size',
                stack === undefined || stack.database.sizeBytes === null
                  ? '–'
                  : formatBytes(stack.database.sizeBytes),
              ],
              [
                'disk',
                stack === undefined || stack.freeDiskBytes === null ? '–' : formatBytes(stack.freeDiskBytes),
              ],
              ['received', formatNumber(ingest?.received ?? 0)],
              ['stored', formatNumber(ingest?.stored ?? 0)],
              ['failed', formatNumber(ingest?.failed ?? 0)],
              ['backlog', formatNumber(ingest?.backlog ?? 0)],
            ] as const
          ).map(([key, value]) => (
            <div key={key}>
              <dt>{t(`stack.facts.${key}`)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </SettingGroup>
      <SettingGroup title={t('stack.storage')} body={t('stack.storageBody')}>
        <div className="port-row">
          <PortField
            label={t('settings.ports.postgres')}
            value={settings.postgresPort}
            others={portKeys.filter((key) => key !== 'postgresPort').map((key) => settings[key])}
            onChange={(postgresPort) => change({ postgresPort })}
          />
          <NumberField
            label={t('stack.sensorDays')}
            value={settings.sensorDataDays}
            min={7}
            max={3650}
            onChange={(sensorDataDays) => change({ sensorDataDays })}
          />
          <NumberField
            label={t('stack.heartbeatDays')}
            value={settings.heartbeatDays}
            min={7}
            max={3650}
            onChange={(heartbeatDays) => change({ heartbeatDays })}
          />
          <NumberField
            label={t('stack.quarantinePerDevice')}
            value={settings.quarantinePerDevice}
            min={10}
            max={1_000_000}
            onChange={(quarantinePerDevice) => change({ quarantinePerDevice })}
          />
          <NumberField
            label={t('stack.quarantineTotal')}
            value={settings.quarantineTotal}
            min={100}
            max={10_000_000}
            onChange={(quarantineTotal) => change({ quarantineTotal })}
          />
        </div>
        {typeof stack?.database.port === 'number' && stack.database.port !== settings.postgresPort ? (
          <p role="status">
            <StatusGlyph kind="warn" /> {t('settings.ports.restart')}
          </p>
        ) : null}
      </SettingGroup>
      <DatabaseAccess />
      <LogView />
    </>
  );
}

const sources = ['all', 'broker', 'ingest', 'database', 'app', 'host'] as const;
const linesShown = 400;

function LogView(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [source, setSource] = useState<(typeof sources)[number]>('all');
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const stop = new AbortController();
    setLines([]);
    void (async () => {
      let after = 0;
      while (!stop.signal.aborted) {
        try {
          const page = await client.stack.logs(
            { after, max: linesShown, waitMs: 10_000, ...(source === 'all' ? {} : { source }) },
            { signal: stop.signal },
          );
          after = page.next;
          if (!stop.signal.aborted && page.items.length > 0)
            setLines((before) => [...before, ...page.items].slice(-linesShown));
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
      }
    })();
    return () => stop.abort();
  }, [client, source]);
  useEffect(() => {
    const element = box.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [lines]);
  return (
    <section className="log">
      <div className="pane-head">
        <h2>{t('stack.log')}</h2>
        <SegmentedControl
          aria-label={t('stack.log')}
          value={source}
          data={sources.map((value) => ({ value, label: t(`stack.sources.${value}`) }))}
          onChange={(value) => setSource(sources.find((one) => one === value) ?? 'all')}
        />
      </div>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="log-lines" ref={box} tabIndex={0} role="log" aria-label={t('stack.log')}>
        {lines.length === 0 ? <p className="hint">{t('stack.logEmpty')}</p> : null}
        {lines.map((line) => (
          <p key={line.seq} className={line.level === 'error' ? 'bad' : line.level === 'warn' ? 'warn' : ''}>
            <span>{formatTime(line.timeMs, true)}</span>{' '}
            <span className="log-source">{t(`stack.sources.${line.source}`)}</span> {line.text}
          </p>
        ))}
      </div>
    </section>
  );
}
