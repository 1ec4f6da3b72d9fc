import { Checkbox, PasswordInput, Select, TextInput } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { Profile, profileTest } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { formatNumber } from '../../components/format.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { StatusGlyph } from '../../components/status-glyph.tsx';
import { PemField } from './pem-field.tsx';
import {
  draftFaults,
  draftOf,
  inputOf,
  isSecure,
  isWebSocket,
  withScheme,
  type ProfileDraft,
} from './profile-draft.ts';
import { useTrafficUi } from './traffic-store.ts';
import { useKept } from './use-kept.ts';
import { useTraffic } from './use-traffic.ts';

const schemes = ['mqtt', 'mqtts', 'ws', 'wss'] as const;
const versions = ['4', '5'] as const;

/** A broker's address and how to come in. It can be tried before it is kept. */
export function ProfileForm(props: {
  readonly profile: Profile | undefined;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { renew } = useKept();
  const { chooseSource } = useTrafficUi();
  const { profile } = props;
  const [draft, setDraft] = useState(() => draftOf(profile));
  const [forget, setForget] = useState({ password: false, key: false });
  const [shown, setShown] = useState(false);
  const [tested, setTested] = useState<z.infer<typeof profileTest>>();
  const [testing, setTesting] = useState(false);
  const { failure, run, clear } = useFailure();
  const faults = draftFaults(draft);
  const good = Object.keys(faults).length === 0;
  const put = (part: Partial<ProfileDraft>): void => {
    setDraft({ ...draft, ...part });
    setTested(undefined);
  };
  const errorOf = (field: keyof ProfileDraft): string | null => {
    const fault = faults[field];
    return fault === undefined || (fault === 'missing' && !shown)
      ? null
      : t(`traffic.profiles.faults.${fault}`);
  };
  const input = inputOf(draft, profile?.id ?? null, forget);
  const test = (): void => {
    setShown(true);
    if (!good) return;
    setTested(undefined);
    setTesting(true);
    run(async () => {
      try {
        setTested(await traffic.testProfile(input));
      } finally {
        setTesting(false);
      }
    });
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    setShown(true);
    if (!good) return;
    clear();
    run(async () => {
      const { id } = await traffic.saveProfile(input);
      await renew();
      if (profile === undefined) chooseSource(id);
      props.onDone();
    });
  };
  const field = (
    name: 'name' | 'host' | 'port' | 'path' | 'clientId' | 'keepAliveSeconds' | 'filter' | 'username',
  ) => ({
    label: t(`traffic.profiles.fields.${name}`),
    value: draft[name],
    error: errorOf(name),
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { readonly target: { readonly value: string } }) => put({ [name]: event.target.value }),
  });
  return (
    <form className="form" onSubmit={save}>
      <TextInput {...field('name')} maxLength={100} data-autofocus />
      <Select
        label={t('traffic.profiles.fields.scheme')}
        data={schemes.map((scheme) => ({ value: scheme, label: t(`traffic.profiles.schemes.${scheme}`) }))}
        value={draft.scheme}
        allowDeselect={false}
        onChange={(value) => {
          const scheme = schemes.find((one) => one === value);
          if (scheme !== undefined) setDraft(withScheme(draft, scheme));
        }}
      />
      <div className="field-pair">
        <TextInput {...field('host')} maxLength={255} />
        <TextInput {...field('port')} inputMode="numeric" maxLength={5} />
      </div>
      {isWebSocket(draft.scheme) ? <TextInput {...field('path')} maxLength={500} /> : null}
      <Select
        label={t('traffic.profiles.fields.version')}
        data={versions.map((version) => ({
          value: version,
          label: t(`traffic.profiles.versions.${version}`),
        }))}
        value={String(draft.version)}
        allowDeselect={false}
        onChange={(value) => put({ version: value === '5' ? 5 : 4 })}
      />
      <TextInput {...field('username')} maxLength={1_000} />
      <PasswordInput
        label={t('traffic.profiles.fields.password')}
        placeholder={
          profile?.hasPassword === true && !forget.password ? t('traffic.profiles.keptSecret') : ''
        }
        value={draft.password}
        maxLength={10_000}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('traffic.profiles.showPassword') }}
        onChange={(event) => put({ password: event.target.value })}
      />
      {profile?.hasPassword === true ? (
        <Checkbox
          label={t('traffic.profiles.forgetPassword')}
          checked={forget.password}
          onChange={(event) => setForget({ ...forget, password: event.target.checked })}
        />
      ) : null}
      {isSecure(draft.scheme) ? (
        <>
          <PemField name="ca" value={draft.ca} onChange={(ca) => put({ ca })} />
          <PemField
            name="certificate"
            value={draft.certificate}
            onChange={(certificate) => put({ certificate })}
          />
          <PemField
            name="key"
            value={draft.key}
            kept={profile?.hasKey === true && !forget.key}
            onChange={(key) => put({ key })}
          />
          {profile?.hasKey === true ? (
            <Checkbox
              label={t('traffic.profiles.forgetKey')}
              checked={forget.key}
              onChange={(event) => setForget({ ...forget, key: event.target.checked })}
            />
          ) : null}
        </>
      ) : null}
      <TextInput {...field('filter')} maxLength={1_000} />
      <div className="field-pair">
        <TextInput {...field('clientId')} placeholder={t('traffic.profiles.anyClientId')} maxLength={256} />
        <TextInput {...field('keepAliveSeconds')} inputMode="numeric" maxLength={4} />
      </div>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {tested === undefined ? null : <TestResult tested={tested} />}
      <div className="row-of">
        <button type="button" className="button" disabled={testing} onClick={test}>
          <IconPlugConnected size={18} aria-hidden="true" />
          {t(testing ? 'traffic.profiles.testing' : 'traffic.profiles.test')}
        </button>
      </div>
      <SaveOrCancel canSave={good || !shown} onCancel={props.onDone} />
    </form>
  );
}

function TestResult({ tested }: { readonly tested: z.infer<typeof profileTest> }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="test-result" role="status">
      <p className="row-glyph">
        <StatusGlyph kind={tested.granted ? 'ok' : 'warn'} />
        {t(tested.granted ? 'traffic.profiles.works' : 'traffic.profiles.notGranted', {
          ms: formatNumber(tested.tookMs),
        })}
      </p>
      <dl className="facts compact">
        {Object.entries(tested.server).map(([name, value]) => (
          <div key={name}>
            <dt className="mono">{name}</dt>
            <dd>
              <bdi>{String(value)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
