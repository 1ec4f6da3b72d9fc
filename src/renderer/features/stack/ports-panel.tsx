import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { PortName, StackState } from '../../../shared/contract/stack.ts';
import { useSettings } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { exposureOf } from './stack-words.ts';

interface PortRow {
  readonly name: PortName;
  readonly port: number;
  readonly address: string;
}

/** Every port of the stack, and who can reach it. */
export function PortsPanel({ stack }: { readonly stack: StackState }): ReactElement | null {
  const { t } = useTranslation();
  const settings = useSettings();
  if (settings === undefined) return null;
  const inDocker = stack.kind === 'docker';
  const used = stack.kind === 'published';
  const broker = settings.brokerAddress;
  const own = [
    { name: 'mqtt', port: settings.mqttPort, address: broker, open: true },
    { name: 'mqtts', port: settings.mqttsPort, address: broker, open: inDocker || settings.tlsEnabled },
    {
      name: 'websocket',
      port: settings.websocketPort,
      address: broker,
      open: inDocker || settings.websocketEnabled,
    },
    {
      name: 'postgres',
      port: settings.postgresPort,
      address: inDocker ? settings.postgresAddress : '127.0.0.1',
      open: true,
    },
    { name: 'grafana', port: settings.grafanaPort, address: settings.grafanaAddress, open: inDocker },
  ] as const;
  const rows: readonly PortRow[] = used ? publishedPorts(stack) : own.filter(({ open }) => open);
  const local = rows.every(({ address }) => exposureOf(address) === 'here');
  return (
    <section className="panel" aria-labelledby="ports-title">
      <div className="panel-head">
        <h2 id="ports-title">{t('stackPage.ports.title')}</h2>
        <span className={local ? 'tag idle' : 'tag ok'}>
          <StatusGlyph kind={local ? 'idle' : 'ok'} size={14} />
          {t(local ? 'stackPage.ports.closed' : 'stackPage.ports.open')}
        </span>
      </div>
      <dl className="facts">
        {rows.map(({ name, port, address }) => (
          <div key={name}>
            <dt>
              {port} {t(`stackPage.ports.name.${name}`)}
            </dt>
            <dd>
              {exposureOf(address) === 'one'
                ? t('stackPage.exposure.one', { address })
                : t(`stackPage.exposure.${exposureOf(address)}`)}
            </dd>
          </div>
        ))}
      </dl>
      <p className="secondary">
        {used ? (
          t('stackPage.ports.ofPublished')
        ) : (
          <Link to="/settings/$section" params={{ section: 'broker' }}>
            {t('stackPage.ports.change')}
          </Link>
        )}
      </p>
    </section>
  );
}

/** Those that are connected to. */
function publishedPorts({ broker, database }: StackState): readonly PortRow[] {
  return [
    ...broker.listeners.map(({ name, port, address }) => ({ name, port, address })),
    ...(database.port === null
      ? []
      : [{ name: 'postgres', port: database.port, address: database.address } as const]),
  ];
}
