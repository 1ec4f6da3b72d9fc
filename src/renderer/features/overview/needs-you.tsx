import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useSettings, useStack } from '../../app/live.ts';
import { formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import type { DeviceView } from '../devices/device-view.ts';

const shownAtMost = 6;

/** What only a person can settle, most urgent first, each with its one action. */
export function NeedsYou({ views }: { readonly views: readonly DeviceView[] }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const settings = useSettings();
  const unknown = useBoard()?.candidates.filter((candidate) => !candidate.ignored) ?? [];
  const { failure, run } = useFailure();
  const open = (view: DeviceView): ReactNode => (
    <Link to="/devices/$mac" params={{ mac: view.device.mac }} className="button">
      {t('overview.open')}
    </Link>
  );
  const items: { key: string; kind: GlyphKind; title: string; body: string; action: ReactNode }[] = [
    ...views
      .filter((view) => view.outside && view.presence === 'online')
      .map((view) => ({
        key: `out-${view.device.mac}`,
        kind: 'bad' as const,
        title: t('overview.outside', { name: view.label }),
        body: t('overview.outsideNow', { value: formatNumber(view.device.temperature ?? 0, 1) }),
        action: open(view),
      })),
    ...views
      .filter((view) => view.presence !== 'online')
      .map((view) => ({
        key: `off-${view.device.mac}`,
        kind: view.presence === 'offline' ? ('bad' as const) : ('warn' as const),
        title: t(view.presence === 'offline' ? 'overview.isOffline' : 'overview.isLate', {
          name: view.label,
        }),
        body:
          view.silentSeconds === null
            ? t('overview.neverHeard')
            : t('overview.silentFor', { age: formatDuration(view.silentSeconds) }),
        action: open(view),
      })),
  ];
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
  if (settings?.brokerAddress === '127.0.0.1') {
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
  return (
    <section className="pane">
      <h2>
        {t('overview.needsYou')} <span className="hint">{items.length}</span>
      </h2>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {items.length === 0 ? <p className="secondary">{t('overview.nothingNeeded')}</p> : null}
      <ul className="needs">
        {items.slice(0, shownAtMost).map(({ key, kind, title, body, action }) => (
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
      {items.length > shownAtMost ? (
        <p className="hint">{t('overview.more', { count: items.length - shownAtMost })}</p>
      ) : null}
    </section>
  );
}
