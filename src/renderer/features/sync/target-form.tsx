import { Checkbox, PasswordInput, Select, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CentralFacts, SyncTarget } from '../../../shared/contract/sync.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { CentralNotes } from './central-notes.tsx';
import { addressOf, draftOf, isComplete, tlsModes, type TargetDraft } from './target-draft.ts';

/** Where the central database is. It can be tried before it is kept; the password goes to the key store. */
export function TargetForm(props: {
  readonly target: SyncTarget | undefined;
  onDone: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { target } = props;
  const [draft, setDraft] = useState(() => draftOf(target));
  const [facts, setFacts] = useState<CentralFacts>();
  const [busy, setBusy] = useState(false);
  const { failure, run } = useFailure();
  const put = (part: Partial<TargetDraft>): void => {
    setDraft({ ...draft, ...part });
    setFacts(undefined);
  };
  const good = isComplete(draft);
  const password = draft.password === '' ? {} : { password: draft.password };
  const during = (work: () => Promise<void>): void =>
    run(async () => {
      setBusy(true);
      try {
        await work();
      } finally {
        setBusy(false);
      }
    });
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!good || busy) return;
    during(async () => {
      const input = {
        name: draft.name.trim(),
        address: draft.filesOnly ? null : addressOf(draft),
        ownTables: draft.ownTables,
        ...password,
      };
      if (target === undefined) await client.sync.addTarget(input);
      else await client.sync.changeTarget({ target: target.id, ...input });
      props.onDone();
    });
  };
  const probe = (): void =>
    during(async () => {
      const { ownTables } = draft;
      const own = target === undefined ? {} : { target: target.id };
      setFacts(await client.sync.probe({ ...own, address: addressOf(draft), ownTables, ...password }));
    });
  const field = (name: 'name' | 'host' | 'port' | 'database' | 'user') => ({
    label: t(`sync.fields.${name}`),
    value: draft[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { readonly target: { readonly value: string } }) => put({ [name]: event.target.value }),
  });
  return (
    <form className="form" onSubmit={save}>
      <TextInput {...field('name')} maxLength={60} />
      <Checkbox
        label={t('sync.filesOnly')}
        checked={draft.filesOnly}
        onChange={(event) => put({ filesOnly: event.target.checked })}
      />
      {draft.filesOnly ? null : (
        <>
          <TextInput {...field('host')} maxLength={253} />
          <TextInput {...field('port')} inputMode="numeric" maxLength={5} />
          <TextInput {...field('database')} maxLength={63} />
          <TextInput {...field('user')} maxLength={63} description={t('sync.userHint')} />
          <PasswordInput
            label={t('sync.fields.password')}
            placeholder={target?.hasPassword === true ? t('traffic.profiles.keptSecret') : ''}
            value={draft.password}
            maxLength={1000}
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': t('traffic.profiles.showPassword') }}
            onChange={(event) => put({ password: event.target.value })}
          />
          <Select
            label={t('sync.fields.tls')}
            data={tlsModes.map((value) => ({ value, label: t(`sync.tls.${value}`) }))}
            value={draft.tls}
            allowDeselect={false}
            onChange={(value) => put({ tls: tlsModes.find((mode) => mode === value) ?? 'verify-full' })}
          />
          {draft.tls === 'off' ? null : (
            <Textarea
              label={t('sync.fields.ca')}
              description={t('sync.caHint')}
              placeholder="-----BEGIN …"
              classNames={{ input: 'mono' }}
              value={draft.ca}
              maxLength={100_000}
              autosize
              minRows={2}
              maxRows={6}
              spellCheck={false}
              onChange={(event) => put({ ca: event.target.value })}
            />
          )}
        </>
      )}
      <Checkbox
        label={t('sync.ownTables')}
        description={t('sync.ownTablesHint')}
        checked={draft.ownTables}
        onChange={(event) => put({ ownTables: event.target.checked })}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {facts === undefined ? null : <CentralNotes facts={facts} />}
      {draft.filesOnly ? null : (
        <div className="row-of">
          <button type="button" className="button" disabled={!good || busy} onClick={probe}>
            {t('sync.probe')}
          </button>
        </div>
      )}
      <SaveOrCancel canSave={good && !busy} onCancel={props.onDone} />
    </form>
  );
}
