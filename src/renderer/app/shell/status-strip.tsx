import { IconPlayerPlayFilled, IconPlayerStopFilled } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Phase, StackKind } from '../../../shared/contract/stack.ts';
import type { DiskLevel } from '../../../shared/domain/disk-level.ts';
import { diskLevelOf } from '../../components/disk-notice.tsx';
import { formatBytes, formatDate, formatNumber, formatTime } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { syncCellOf } from '../../features/sync/sync-cell-view.ts';
import { UsbCell } from '../../features/provision/usb-cell.tsx';
import { useClient, useIngest, useNow, useStack, useSync } from '../live.ts';
import { useUi } from '../ui-state.ts';

const minuteMs = 60_000;
const glyphOf: Readonly<Record<Phase, GlyphKind>> = {
  stopped: 'idle',
  starting: 'busy',
  running: 'ok',
  stopping: 'busy',
  failed: 'bad',
};

/** A disk that is full stops the database: it goes before the database's own state. */
const diskGlyph: Readonly<Partial<Record<DiskLevel, GlyphKind>>> = { low: 'warn', critical: 'bad' };

/** The state of everything, always in sight; each cell opens its page. */
export function StatusStrip({ inert }: { readonly inert: boolean }): ReactElement {
  const { t } = useTranslation();
  const stack = useStack();
  const ingest = useIngest();
  const phase = stack?.phase ?? 'stopped';
  const mqtt = stack?.broker.listeners.find((listener) => listener.name === 'mqtt');
  const running = phase === 'running';
  return (
    <footer className="strip" inert={inert} aria-label={t('strip.label')}>
      <Cell
        label={t('strip.stack')}
        glyph={glyphOf[phase]}
        value={running ? t(`strip.${stack?.kind ?? 'embedded'}`) : t(`strip.phase.${phase}`)}
        page="/stack"
        after={<StartStop phase={phase} kind={stack?.kind ?? 'embedded'} />}
      />
      <Cell
        label={t('strip.broker')}
        glyph={glyphOf[stack?.broker.phase ?? 'stopped']}
        value={
          mqtt === undefined
            ? t(`strip.phase.${stack?.broker.phase ?? 'stopped'}`)
            : t('strip.port', { port: mqtt.port })
        }
        second={mqtt === undefined ? undefined : t('strip.clients', { count: stack?.broker.clients ?? 0 })}
        page="/stack"
      />
      <Cell
        label={t('strip.database')}
        glyph={diskGlyph[diskLevelOf(stack)] ?? glyphOf[stack?.database.phase ?? 'stopped']}
        value={
          typeof stack?.database.port === 'number'
            ? t('strip.port', { port: stack.database.port })
            : t(`strip.phase.${stack?.database.phase ?? 'stopped'}`)
        }
        second={
          diskLevelOf(stack) !== 'ok'
            ? t('disk.free', { free: formatBytes(stack?.freeDiskBytes ?? 0) })
            : typeof stack?.database.sizeBytes === 'number'
              ? formatBytes(stack.database.sizeBytes)
              : undefined
        }
        page="/stack"
      />
      <Cell
        label={t('strip.ingest')}
        glyph={ingest?.stalled === true ? 'warn' : running ? 'ok' : 'idle'}
        value={`${formatNumber(ingest?.ratePerSecond ?? 0, 1)} msg/s`}
        second={ingest?.stalled === true ? t('strip.waiting', { count: ingest.backlog }) : undefined}
        page="/stack"
      />
      <SyncCell />
      <UsbCell />
      <span className="spacer" />
      <Clock />
    </footer>
  );
}

/** Rows that a central database does not have yet; opens where that can be changed. */
function SyncCell(): ReactElement {
  const { t } = useTranslation();
  const now = useNow(minuteMs);
  const { glyph, unsynced } = syncCellOf(useSync(), now);
  return (
    <div className="strip-cell">
      <Link to="/settings/$section" params={{ section: 'sync' }} className="strip-link">
        <StatusGlyph kind={glyph} />
        <span>
          <span className="strip-label">{t('strip.notSynced')}</span>
          <span className="strip-value">
            {unsynced === null
              ? t('strip.noCentral')
              : t('strip.rows', { count: unsynced, rows: formatNumber(unsynced) })}
          </span>
        </span>
      </Link>
    </div>
  );
}

function Cell(props: {
  readonly label: string;
  readonly glyph: GlyphKind;
  readonly value: string;
  readonly second?: string | undefined;
  readonly page: '/stack';
  readonly after?: ReactNode;
}): ReactElement {
  return (
    <div className="strip-cell">
      <Link to={props.page} className="strip-link">
        <StatusGlyph kind={props.glyph} />
        <span>
          <span className="strip-label">{props.label}</span>
          <span className="strip-value">
            {props.value}{' '}
            {props.second === undefined ? null : <span className="strip-second">{props.second}</span>}
          </span>
        </span>
      </Link>
      {props.after}
    </div>
  );
}

/** The published stack is neither started nor stopped from here. */
const startStopWords = {
  own: {
    start: 'strip.start',
    startStack: 'strip.startStack',
    stop: 'strip.stop',
    stopStack: 'strip.stopStack',
  },
  published: {
    start: 'stackPage.head.connect',
    startStack: 'stackPage.head.connect',
    stop: 'strip.letGo',
    stopStack: 'strip.letGoTitle',
  },
} as const;

function StartStop({ phase, kind }: { readonly phase: Phase; readonly kind: StackKind }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const askToStop = useUi((state) => state.askToStop);
  const stops = phase === 'running' || phase === 'starting';
  const words = startStopWords[kind === 'published' ? kind : 'own'];
  const press = (): void => {
    if (stops) askToStop(true);
    else void client.stack.start({}).catch(() => undefined);
  };
  return (
    <button
      type="button"
      className="strip-button"
      disabled={phase === 'stopping'}
      onClick={press}
      aria-label={t(stops ? words.stopStack : words.startStack)}
    >
      {stops ? (
        <IconPlayerStopFilled size={12} aria-hidden="true" />
      ) : (
        <IconPlayerPlayFilled size={12} aria-hidden="true" />
      )}
      {t(stops ? words.stop : words.start)}
    </button>
  );
}

function Clock(): ReactElement {
  const { i18n } = useTranslation();
  const now = useNow();
  return (
    <div className="strip-clock">
      <span className="strip-label">{formatDate(now, i18n.language)}</span>
      <span className="strip-value">{formatTime(now, true)}</span>
    </div>
  );
}
