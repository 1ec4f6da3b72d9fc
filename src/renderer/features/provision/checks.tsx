import { useQueryClient } from '@tanstack/react-query';
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useNow, useStack } from '../../app/live.ts';
import { formatBytes, formatDuration, formatNumber } from '../../components/format.ts';
import { StatusGlyph, type GlyphKind } from '../../components/status-glyph.tsx';
import { largestBuild, type Reach } from './flash-plan.ts';
import { useProvision } from './provision-store.ts';
import type { ProvisionFacts } from './use-facts.ts';

/** The laptop's address changes from site to site; only known accounts get in. */
const everyAddress = '0.0.0.0';

interface Check {
  readonly key: string;
  readonly kind: GlyphKind;
  readonly title: string;
  readonly body: string;
  readonly action?: ReactNode;
}

/** What is known before anything is written; each with its one action where it is not well. */
export function Checks({ facts }: { readonly facts: ProvisionFacts }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { form } = useProvision();
  const stack = useStack();
  const now = useNow();
  const { failure, run } = useFailure();
  const { firmware, networks, reach } = facts;
  const heard = networks.find((network) => network.ssid === form.wifiSsid);
  const stopped = stack?.phase !== 'running';
  const listen = async (): Promise<void> => {
    await client.settings.update({ brokerAddress: everyAddress });
    await client.stack.restart({});
    await queries.invalidateQueries({ queryKey: ['provision', 'suggestions'] });
  };
  const reachCheck = (how: Exclude<Reach, 'reached'>, button: () => ReactNode): Check => {
    if (how === 'inside')
      return {
        key: 'broker',
        kind: 'ok',
        title: t('provision.checks.inside'),
        body: t('provision.checks.insideBody'),
      };
    if (how === 'no-network')
      return {
        key: 'broker',
        kind: 'bad',
        title: t('provision.checks.noNetwork'),
        body: t('provision.checks.noNetworkBody'),
      };
    return {
      key: 'broker',
      kind: 'bad',
      title: t('provision.checks.notListening', { host: form.mqttHost }),
      body: t('provision.checks.notListeningBody'),
      action: button(),
    };
  };
  const checks: Check[] = [
    form.firmwareId === null
      ? {
          key: 'firmware',
          kind: 'idle',
          title: t('provision.checks.noFirmware'),
          body: t('provision.checks.noFirmwareBody'),
        }
      : firmware === undefined
        ? {
            key: 'firmware',
            kind: 'warn',
            title: t('provision.checks.firmwareMissing'),
            body: t('provision.checks.firmwareMissingBody'),
          }
        : {
            key: 'firmware',
            kind: 'ok',
            title: t('provision.checks.firmware', { version: firmware.version }),
            body: t('provision.checks.firmwareBody', { size: formatBytes(largestBuild(firmware)) }),
          },
    heard === undefined
      ? {
          key: 'wifi',
          kind: 'waiting',
          title:
            form.wifiSsid === ''
              ? t('provision.checks.noWifi')
              : t('provision.checks.wifiUnheard', { ssid: form.wifiSsid }),
          body: t('provision.checks.wifiUnheardBody'),
        }
      : {
          key: 'wifi',
          kind: heard.band === '5' ? 'warn' : 'ok',
          title: t('provision.checks.wifi', { ssid: heard.ssid }),
          body:
            heard.band === '5'
              ? t('provision.checks.wifi5')
              : t('provision.checks.wifiBody', {
                  channel: heard.channel,
                  rssi: formatNumber(heard.rssi),
                }),
        },
    stopped
      ? {
          key: 'broker',
          kind: 'bad',
          title: t('provision.checks.stopped'),
          body: t('provision.checks.stoppedBody'),
          action: (
            <button
              type="button"
              className="button"
              disabled={stack?.phase === 'starting'}
              onClick={() => run(() => client.stack.start({}))}
            >
              {t('strip.startStack')}
            </button>
          ),
        }
      : reach !== 'reached'
        ? reachCheck(reach, () => (
            <button type="button" className="button" onClick={() => run(listen)}>
              {t('provision.checks.listen')}
            </button>
          ))
        : {
            key: 'broker',
            kind: 'ok',
            title: t(
              stack?.kind === 'published' ? 'provision.checks.sharedAccount' : 'provision.checks.broker',
            ),
            body:
              form.mqttHost === ''
                ? t('provision.checks.noHost')
                : t('provision.checks.brokerBody', { host: form.mqttHost, port: form.mqttPort }),
          },
    navigator.onLine || form.ntpHost !== ''
      ? {
          key: 'clock',
          kind: 'ok',
          title: t('provision.checks.clock'),
          body: t('provision.checks.clockBody'),
        }
      : {
          key: 'clock',
          kind: 'waiting',
          title: t('provision.checks.noClock'),
          body: t('provision.checks.noClockBody'),
        },
  ];
  return (
    <section className="pane checks-pane">
      <div className="pane-head">
        <h2>{t('provision.checks.title')}</h2>
        {facts.checkedMs === 0 ? null : (
          <span className="hint">
            {t('provision.checks.ago', { age: formatDuration((now - facts.checkedMs) / 1000) })}
          </span>
        )}
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ul className="checks">
        {checks.map(({ key, kind, title, body, action }) => (
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
    </section>
  );
}
