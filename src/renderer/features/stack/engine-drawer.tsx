import { Drawer, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { EngineReport } from '../../../shared/contract/docker.ts';
import { reportOf } from '../../../shared/domain/app-error.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient, useStack } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { CardChoice, useSetting } from '../settings/setting-group.tsx';
import { AddressFields } from './address-fields.tsx';
import { EngineRow } from './engine-row.tsx';
import { isEngineAddress } from './stack-words.ts';

/** Where the containers run and how: the engine, the profile, and who reaches what. */
export function EngineDrawer({ onClose }: { onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const stack = useStack();
  const { settings, change } = useSetting();
  const refused = useUi((state) => state.settingFailure);
  const inUse =
    stack !== undefined && stack.kind !== 'embedded' && stack.phase !== 'stopped' && stack.phase !== 'failed';
  return (
    <Drawer
      opened
      onClose={onClose}
      title={t('stackPage.engine.title')}
      position="right"
      size="lg"
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <div className="form">
        {refused === undefined ? null : <ErrorNotice error={refused} />}
        {inUse ? <p className="warn">{t('stackPage.engine.inUse')}</p> : null}
        <Engines disabled={inUse} />
        <h3>{t('stackPage.engine.profile')}</h3>
        <CardChoice
          name="profile"
          label={t('stackPage.engine.profile')}
          value={settings.dockerProfile}
          options={(['laptop', 'pi'] as const).map((value) => ({
            value,
            title: t(`stackPage.engine.profiles.${value}.title`),
            body: t(`stackPage.engine.profiles.${value}.body`),
          }))}
          onChange={(dockerProfile) => change({ dockerProfile })}
        />
        <h3>{t('stackPage.engine.addresses')}</h3>
        <AddressFields />
        <p className="secondary">{t('stackPage.engine.nextStart')}</p>
      </div>
    </Drawer>
  );
}

/** As many as the settings keep. */
const mostKnown = 10;

function Engines({ disabled }: { readonly disabled: boolean }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { settings, change } = useSetting();
  const { failure, run } = useFailure();
  const chosen = settings.dockerEngine;
  const addresses = settings.knownEngines;
  const without = (address: string): readonly string[] => addresses.filter((other) => other !== address);
  const add = (address: string): void =>
    change({ knownEngines: [...without(address), address].slice(-mostKnown) });
  const remove = (address: string): void => change({ knownEngines: without(address) });
  const given = chosen === '' || addresses.includes(chosen) ? addresses : [...addresses, chosen];
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['docker', 'engines', given],
    queryFn: ({ signal }) => client.docker.engines({ addresses: given }, { signal }),
    placeholderData: (before) => before,
    gcTime: 0,
    staleTime: Infinity,
  });
  const engines = data?.engines ?? [];
  const rowOf = (engine: EngineReport): ReactElement => (
    <EngineRow
      key={`${engine.source} ${engine.address}`}
      engine={engine}
      chosen={engine.address === chosen}
      disabled={disabled}
      onChoose={() => change({ dockerEngine: engine.address })}
      onTrust={(fingerprint) =>
        run(async () => {
          await client.docker.trustHostKey({ address: engine.address, fingerprint });
          await refetch();
        })
      }
      onForget={() =>
        run(async () => {
          await client.docker.forgetHostKey({ address: engine.address });
          await refetch();
        })
      }
      onRemove={
        engine.source !== 'given' || engine.address === chosen ? undefined : () => remove(engine.address)
      }
    />
  );
  return (
    <>
      <ul className="engines" aria-label={t('stackPage.engine.found')} aria-busy={isFetching}>
        <li className="engine">
          <label className={chosen === '' ? 'card chosen' : 'card'}>
            <input
              type="radio"
              name="engine"
              checked={chosen === ''}
              disabled={disabled}
              onChange={() => change({ dockerEngine: '' })}
            />
            <span>
              <strong>{t('stackPage.engine.automatic')}</strong>
              <span className="secondary">{t('stackPage.engine.automaticBody')}</span>
            </span>
          </label>
        </li>
        {engines.map(rowOf)}
      </ul>
      {error === null ? null : <ErrorNotice error={reportOf(error)} />}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        <button type="button" className="button" disabled={isFetching} onClick={() => void refetch()}>
          {t('stackPage.engine.again')}
        </button>
        <span role="status" className="secondary">
          {isFetching
            ? t('stackPage.preflight.looking')
            : engines.length === 0 && error === null
              ? t('stackPage.engine.none')
              : ''}
        </span>
      </div>
      <AddEngine onAdd={add} />
    </>
  );
}

function AddEngine({ onAdd }: { onAdd: (address: string) => void }): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const address = text.trim();
  const bad = address !== '' && !isEngineAddress(address);
  const take = (): void => {
    if (address === '' || bad) return;
    onAdd(address);
    setText('');
  };
  return (
    <div className="path-field">
      <TextInput
        label={t('stackPage.engine.add')}
        description={t('stackPage.engine.addHint')}
        value={text}
        maxLength={500}
        error={bad ? t('stackPage.engine.addBad') : null}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      <button type="button" className="button" disabled={address === '' || bad} onClick={take}>
        {t('stackPage.engine.addButton')}
      </button>
    </div>
  );
}
