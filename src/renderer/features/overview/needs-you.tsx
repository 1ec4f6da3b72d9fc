import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useHealth, useNow, useSettings, useStack } from '../../app/live.ts';
import { diskLevelOf } from '../../components/disk-notice.tsx';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { DeviceView } from '../devices/device-view.ts';
import { durationSince, reasonWords } from '../devices/health-words.ts';
import { RetentionButton } from '../retention/retention-notice.tsx';
import { useRetention } from '../retention/use-retention.ts';

const urgentAtMost = 6;

interface Item {
  readonly key: string;
  readonly kind: GlyphKind;
  readonly title: string;
  readonly body: string;
  readonly action: ReactNode;
}

/** What only a person can settle, most urgent first, each with its one action. */
export function NeedsYou({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const settings = useSettings();
  const unknown = useBoard()?.candidates.filter((candidate) => !candidate.ignored) ?? [];
  const health = useHealth();
  const now = useNow();
  const { state: retention } = useRetention();
  const { failure, run } = useFailure();
  const open = (view: DeviceView): ReactNode => (
    <Link to="/devices/$mac" params={{ mac: view.device.mac }} className="button">
      {t('overview.open')}
    </Link>
  );
  const urgent: Item[] = [
    ...views
      .filter((view) => view.outside && view.presence === 'online')
      .map((view) => ({
        key: `out-${view.device.mac}`,
        kind: 'bad' as const,
        title: t(deviationOf(view), { name: view.label }),
        body: view.outsideTemperature
          ? t('overview.outsideNow', { value: formatNumber(view.device.temperature ?? 0, 1) })
          : t('overview.outsideHumidityNow', { value: formatNumber(view.device.humidity ?? 0, 1) }),
        action: open(view),
      })),
    ...views.flatMap((view) => {
      const row = health?.get(view.device.mac);
      const reason = row?.reasons[0];
      // Silence and limits have entries of their own.
      if (row?.verdict !== 'faulty' || reason === undefined) return [];
      const { what, next } = reasonWords(reason, durationSince(reason.sinceMs, now), t);
      return [
        {
          key: `faulty-${view.device.mac}`,
          kind: 'bad' as const,
          title: t('health.needsYou', { name: view.label, verdict: t('health.verdicts.faulty') }),
          body: `${what} ${next}`,
          action: open(view),
        },
      ];
    }),
    ...(['offline', 'warning'] as const).flatMap((presence) =>
      views
        .filter((view) => view.presence === presence)
        .map((view) => ({
          key: `off-${view.device.mac}`,
          kind: presence === 'offline' ? ('bad' as const) : ('warn' as const),
          title: t(presence === 'offline' ? 'overview.isOffline' : 'overview.isLate', { name: view.label }),
          body:
            view.silentSeconds === null
              ? t('overview.neverHeard')
              : t('overview.silentFor', { age: formatDuration(view.silentSeconds) }),
          action: open(view),
        })),
    ),
  ];
  const items: Item[] = [];
  if (unknown.length > 0) {
    items.push({
      key: 'unknown',
      kind: 'unknown',
      title: t('overview.unknown', { count: unknown.length }),
      body: t('overview.unknownBody'),
      action: (
        <Link to="/devices" className="button">
          {t('devices.adopt')}
        </Link>
      ),
    });
  }
  const disk = diskLevelOf(stack);
  if (disk !== 'ok') {
    const free = formatBytes(stack?.freeDiskBytes ?? 0);
    urgent.unshift({
      key: 'disk',
      kind: disk === 'critical' ? 'bad' : 'warn',
      title: t(disk === 'critical' ? 'disk.critical' : 'disk.low', { free }),
      body: t('disk.what'),
      action: (
        <Link to="/stack" className="button">
          {t('overview.open')}
        </Link>
      ),
    });
  }
  const waiting = retention?.waiting ?? [];
  if (waiting.length > 0) {
    const rows = waiting.reduce((sum, one) => sum + one.rows, 0);
    items.push({
      key: 'retention',
      kind: 'warn',
      title: t('retention.short'),
      body: t('retention.notice', { count: rows, rows: formatNumber(rows) }),
      action: <RetentionButton />,
    });
  }
  if (settings?.brokerAddress === '127.0.0.1' && stack?.kind !== 'published') {
    items.push({
      key: 'loopback',
      kind: 'idle',
      title: t('overview.loopback'),
      body: t('overview.loopbackBody'),
      action: (
        <Link to="/settings/$section" params={{ section: 'broker' }} className="button">
          {t('overview.choose')}
        </Link>
      ),
    });
  }
  if (stack?.demo.running === true) {
    items.push({
      key: 'demo',
      kind: 'idle',
      title: t('overview.demo', { count: stack.demo.sensors }),
      body: t('overview.demoBody'),
      action: (
        <button type="button" className="button" onClick={() => run(() => client.demo.remove({}))}>
          {t('overview.demoRemove')}
        </button>
      ),
    });
  }
  // Many silent sensors never hide what waits for a decision.
  const shown = [...urgent.slice(0, urgentAtMost), ...items];
  const hidden = urgent.length - Math.min(urgent.length, urgentAtMost);
  return (
    <section className="pane">
      <h2>
        {t('overview.needsYou')} <span className="hint">{urgent.length + items.length}</span>
      </h2>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {shown.length === 0 ? <p className="secondary">{t('overview.nothingNeeded')}</p> : null}
      <ul className="needs">
        {shown.map(({ key, kind, title, body, action }) => (
          <li key={key}>
            <StatusGlyph kind={kind} />
            <div>
              <strong>{title}</strong>
              <p className="secondary">{body}</p>
            </div>
            {action}
          </li>
        ))}
      </ul>
      {hidden === 0 ? null : (
        <Link to="/devices" className="button quiet">
          {t('overview.more', { count: hidden })}
        </Link>
      )}
    </section>
  );
}

/** The word for how a reading is outside; both at once are told by the temperature. */
function deviationOf({ device, zone, outsideTemperature }: DeviceView) {
  if (outsideTemperature)
    return (device.temperature ?? 0) > (zone?.temperatureMax ?? Infinity)
      ? 'overview.tooWarmName'
      : 'overview.tooColdName';
  return (device.humidity ?? 0) > (zone?.humidityMax ?? Infinity)
    ? 'overview.tooHumidName'
    : 'overview.tooDryName';
}
