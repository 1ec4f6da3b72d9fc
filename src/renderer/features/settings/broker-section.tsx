import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountRole } from '../../../shared/contract/broker.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { SettingGroup, useSetting } from './setting-group.tsx';

const roles = ['device', 'sensors', 'reader', 'admin'] as const satisfies readonly AccountRole[];

export function BrokerSection(): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <Addresses />
      <Network />
      <SettingGroup title={t('settings.accounts.title')} body={t('settings.accounts.body')}>
        <Accounts />
      </SettingGroup>
      <SettingGroup title={t('settings.authority.title')} body={t('settings.authority.body')}>
        <Authority />
      </SettingGroup>
    </>
  );
}

/** What the broker turned away or had no room for; each is shown once it happened. */
const troubles = [
  'refusedMessages',
  'refusedSubscriptions',
  'oversizedPackets',
  'refusedConnections',
  'queueOverflows',
] as const;

/** Where sensors find the broker right now: never only a name that the network may not resolve. */
function Addresses(): ReactElement {
  const { t } = useTranslation();
  const broker = useStack()?.broker;
  return (
    <SettingGroup title={t('settings.addresses.title')} body={t('settings.addresses.body')}>
      {broker === undefined || broker.listeners.length === 0 ? (
        <p className="secondary">{t('settings.addresses.none')}</p>
      ) : (
        <dl className="facts">
          {broker.listeners.map((listener) => (
            <div key={listener.name}>
              <dt>{t(`settings.ports.${listener.name}`)}</dt>
              <dd>
                <code>{listener.url}</code>
              </dd>
            </div>
          ))}
          <div>
            <dt>{t('settings.addresses.announced')}</dt>
            <dd>{broker.serviceName ?? t('settings.addresses.notAnnounced')}</dd>
          </div>
          <div>
            <dt>{t('settings.addresses.refused')}</dt>
            <dd>{broker.refusedLogins}</dd>
          </div>
          {troubles
            .filter((name) => broker[name] > 0)
            .map((name) => (
              <div key={name}>
                <dt>{t(`settings.addresses.${name}`)}</dt>
                <dd>{broker[name]}</dd>
              </div>
            ))}
        </dl>
      )}
    </SettingGroup>
  );
}

function Network(): ReactElement {
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
        <p className="row-of" role="status">
          <StatusGlyph kind="warn" /> {t('settings.network.restartNeeded')}
          <button
            type="button"
            className="button"
            onClick={() =>
              run(async () => {
                await client.stack.restart({});
                setChanged(false);
              })
            }
          >
            {t('settings.network.restart')}
          </button>
        </p>
      ) : null}
    </SettingGroup>
  );
}

export function PortField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  onChange: (port: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState<string | number>(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    setShown(value);
    setText(value);
  }
  const port = Number(text);
  const good = Number.isInteger(port) && port >= 1 && port <= 65_535;
  return (
    <NumberInput
      label={label}
      value={text}
      hideControls
      error={good ? null : t('settings.ports.bad')}
      onChange={setText}
      onBlur={() => good && port !== value && onChange(port)}
    />
  );
}

function Accounts(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => client.broker.accounts({}, { signal }),
  });
  const [shown, setShown] = useState<{ username: string; password: string }>();
  const { failure, run } = useFailure();
  const again = (work: () => Promise<void>): void =>
    run(async () => {
      await work();
      await queries.invalidateQueries({ queryKey: ['accounts'] });
    });
  return (
    <>
      {(data?.items ?? []).length === 0 ? (
        <p className="secondary">{t('settings.accounts.none')}</p>
      ) : (
        <ul className="accounts">
          {data?.items.map((account) => (
            <li key={account.username}>
              <div>
                <strong>{account.username}</strong>
                <p className="secondary">
                  {t(`settings.accounts.roles.${account.role}`)} {account.mac ?? ''}
                </p>
              </div>
              <button
                type="button"
                className="button"
                aria-label={t('settings.accounts.newPasswordFor', { name: account.username })}
                onClick={() =>
                  again(async () =>
                    setShown({
                      username: account.username,
                      ...(await client.broker.setPassword({ username: account.username })),
                    }),
                  )
                }
              >
                {t('settings.accounts.newPassword')}
              </button>
              <button
                type="button"
                className="button danger"
                aria-label={t('settings.accounts.removeNamed', { name: account.username })}
                onClick={() =>
                  again(async () => {
                    await client.broker.removeAccount({ username: account.username });
                  })
                }
              >
                {t('settings.accounts.remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
      {shown === undefined ? null : (
        <p className="password-shown" role="status">
          <StatusGlyph kind="ok" /> {t('settings.accounts.shown', { name: shown.username })}{' '}
          <code>{shown.password}</code>
          <button
            type="button"
            className="button"
            onClick={() => void navigator.clipboard.writeText(shown.password)}
          >
            {t('settings.accounts.copy')}
          </button>
        </p>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <NewAccount
        onCreate={(wish) =>
          again(async () =>
            setShown({
              username: wish.username,
              password: (await client.broker.createAccount(wish)).password,
            }),
          )
        }
      />
    </>
  );
}

function NewAccount({
  onCreate,
}: {
  onCreate: (wish: { username: string; role: AccountRole; mac: string | null; password: string }) => void;
}): ReactElement {
  const { t } = useTranslation();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState<AccountRole>('device');
  const [mac, setMac] = useState('');
  const [password, setPassword] = useState('');
  const address = parseMacAddress(mac);
  const good = /^[^\s:/+#$]{1,64}$/.test(username) && (role !== 'device' || address !== undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!good) return;
    onCreate({ username, role, mac: role === 'device' ? (address ?? null) : null, password });
    setUsername('');
    setMac('');
    setPassword('');
  };
  return (
    <form className="new-account" onSubmit={submit}>
      <TextInput
        label={t('settings.accounts.username')}
        value={username}
        autoComplete="off"
        onChange={(event) => setUsername(event.target.value)}
      />
      <Select
        label={t('settings.accounts.role')}
        value={role}
        allowDeselect={false}
        data={roles.map((value) => ({ value, label: t(`settings.accounts.roles.${value}`) }))}
        onChange={(value) => setRole(roles.find((one) => one === value) ?? 'device')}
      />
      {role === 'device' ? (
        <TextInput
          label={t('settings.accounts.mac')}
          placeholder="1C:69:20:E9:18:24"
          value={mac}
          error={mac === '' || address !== undefined ? null : t('settings.accounts.badMac')}
          onChange={(event) => setMac(event.target.value)}
        />
      ) : null}
      <TextInput
        type="password"
        label={t('settings.accounts.password')}
        description={t('settings.accounts.passwordHint')}
        value={password}
        autoComplete="new-password"
        onChange={(event) => setPassword(event.target.value)}
      />
      <button type="submit" className="button filled" disabled={!good}>
        {t('settings.accounts.create')}
      </button>
    </form>
  );
}

function Authority(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: ['authority'],
    queryFn: ({ signal }) => client.broker.authority({}, { signal }),
  });
  if (data === undefined) return <p className="hint">…</p>;
  return (
    <>
      <dl className="facts">
        <div>
          <dt>SHA-256</dt>
          <dd>
            <code className="fingerprint">{data.fingerprint}</code>
          </dd>
        </div>
        <div>
          <dt>{t('settings.authority.until')}</dt>
          <dd>{new Date(data.notAfterMs).toLocaleDateString()}</dd>
        </div>
      </dl>
      <a
        className="button"
        download="datayoti-authority.pem"
        href={`data:application/x-pem-file;charset=utf-8,${encodeURIComponent(data.pem)}`}
      >
        {t('settings.authority.download')}
      </a>
    </>
  );
}
