import { Select, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { PortField } from './number-field.tsx';
import { RestartStack } from '../../components/restart-stack.tsx';
import { portKeys, SettingGroup, useSetting } from './setting-group.tsx';

/** Where the broker listens and on which ports; what is changed here applies after a restart of the stack. */
export function NetworkGroup(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const stack = useStack();
  const { settings, change } = useSetting();
  const { failure, run } = useFailure();
  const [changed, setChanged] = useState(false);
  const { data } = useQuery({
    queryKey: ['interfaces'],
    queryFn: ({ signal }) => client.broker.interfaces({}, { signal }),
    refetchInterval: 10_000,
  });
  const options = (data?.items ?? []).map((item) => ({
    value: item.address,
    label:
      item.kind === 'all'
        ? t('settings.network.all')
        : item.kind === 'loopback'
          ? t('settings.network.loopback')
          : `${item.address} (${item.name})`,
  }));
  const known = options.some((option) => option.value === settings.brokerAddress)
    ? options
    : [...options, { value: settings.brokerAddress, label: settings.brokerAddress }];
  const set = (patch: Parameters<typeof change>[0]): void => {
    change(patch);
    setChanged(true);
  };
  return (
    <SettingGroup title={t('settings.network.title')} body={t('settings.network.body')}>
      <Select
        label={t('settings.network.label')}
        data={known}
        value={settings.brokerAddress}
        allowDeselect={false}
        onChange={(value) => value !== null && set({ brokerAddress: value })}
      />
      <p className="secondary">
        {settings.brokerAddress === '127.0.0.1'
          ? t('settings.network.onlyHere')
          : t('settings.network.exposed', { address: settings.brokerAddress })}
      </p>
      <div className="port-row">
        {(
          [
            ['mqtt', 'mqttPort'],
            ['mqtts', 'mqttsPort'],
            ['websocket', 'websocketPort'],
          ] as const
        ).map(([name, key]) => (
          <PortField
            key={key}
            label={t(`settings.ports.${name}`)}
            value={settings[key]}
            others={portKeys.filter((other) => other !== key).map((other) => settings[other])}
            onChange={(port) => set({ [key]: port })}
          />
        ))}
      </div>
      <Switch
        label={t('settings.network.tls')}
        checked={settings.tlsEnabled}
        onChange={(event) => set({ tlsEnabled: event.target.checked })}
      />
      <Switch
        label={t('settings.network.websocket')}
        checked={settings.websocketEnabled}
        onChange={(event) => set({ websocketEnabled: event.target.checked })}
      />
      <Switch
        label={t('settings.network.announce')}
        checked={settings.announce}
        onChange={(event) => set({ announce: event.target.checked })}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {changed && stack?.phase === 'running' ? (
        <div className="row-of">
          <p role="status">
            <StatusGlyph kind="warn" /> {t('settings.network.restartNeeded')}
          </p>
          <RestartStack
            label={t('settings.network.restart')}
            onRestart={() =>
              run(async () => {
                await client.stack.restart({});
                setChanged(false);
              })
            }
          />
        </div>
      ) : null}
    </SettingGroup>
  );
}
