import { Select, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountRole } from '../../../shared/contract/broker.ts';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';

const roles = ['device', 'sensors', 'reader', 'admin'] as const satisfies readonly AccountRole[];

/** Who may connect; a password is shown once, when it is made. */
export function Accounts(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => client.broker.accounts({}, { signal }),
  });
  const [shown, setShown] = useState<{ username: string; password: string }>();
  const { failure, run } = useFailure();
  const again = (work: () => Promise<unknown>): void =>
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
              <ConfirmButton
                label={t('settings.accounts.remove')}
                name={t('settings.accounts.removeNamed', { name: account.username })}
                title={t('settings.accounts.removeTitle', { name: account.username })}
                body={t('settings.accounts.removeBody')}
                onConfirm={() => again(() => client.broker.removeAccount({ username: account.username }))}
              />
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
        taken={(data?.items ?? []).map((account) => account.username)}
        onCreated={(username, password) => {
          setShown({ username, password });
          void queries.invalidateQueries({ queryKey: ['accounts'] });
        }}
      />
    </>
  );
}

function NewAccount({
  taken,
  onCreated,
}: {
  readonly taken: readonly string[];
  onCreated: (username: string, password: string) => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [username, setUsername] = useState('');
  const [role, setRole] = useState<AccountRole>('device');
  const [mac, setMac] = useState('');
  const [password, setPassword] = useState('');
  const { failure, run } = useFailure();
  const address = parseMacAddress(mac);
  const nameIsGood = /^[^\s:/+#$\p{Cc}]{1,64}$/u.test(username);
  const nameError =
    username === '' || nameIsGood
      ? taken.includes(username)
        ? t('settings.accounts.exists')
        : null
      : t('settings.accounts.usernameBad');
  const good = nameIsGood && nameError === null && (role !== 'device' || address !== undefined);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!good) return;
    run(async () => {
      const made = await client.broker.createAccount({
        username,
        role,
        mac: role === 'device' ? (address ?? null) : null,
        password,
      });
      onCreated(username, made.password);
      setUsername('');
      setMac('');
      setPassword('');
    });
  };
  return (
    <form className="new-account" onSubmit={submit}>
      <TextInput
        label={t('settings.accounts.username')}
        value={username}
        autoComplete="off"
        error={nameError}
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
        maxLength={128}
        autoComplete="new-password"
        onChange={(event) => setPassword(event.target.value)}
      />
      <button type="submit" className="button filled" disabled={!good}>
        {t('settings.accounts.create')}
      </button>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </form>
  );
}
