import { Select, TextInput } from '@mantine/core';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient, useStack } from '../../app/live.ts';
import { useProvision } from './provision-store.ts';

const newSite = '+';

/** The site of the boards; the first one can be made here. */
export function SiteField(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const sites = useBoard()?.sites ?? [];
  const running = useStack()?.phase === 'running';
  const { form, change } = useProvision();
  const [making, setMaking] = useState(false);
  const [ref, setRef] = useState('');
  const { failure, run } = useFailure();
  const typing = making || (sites.length === 0 && running);
  const taken = sites.some((site) => site.ref === ref);
  const good = /^[\w.-]{1,50}$/.test(ref) && !taken;
  const create = (): void =>
    run(async () => {
      await client.devices.createSite({ ref, name: ref });
      change({ siteRef: ref });
      setMaking(false);
      setRef('');
    });
  return (
    <>
      <Select
        label={t('shell.site')}
        data={[
          ...sites.map((site) => ({ value: site.ref, label: site.name })),
          { value: newSite, label: t('devices.newSite') },
        ]}
        value={typing ? newSite : sites.some((site) => site.ref === form.siteRef) ? form.siteRef : null}
        placeholder={t('shell.noSite')}
        allowDeselect={false}
        disabled={!running}
        onChange={(value) => {
          setMaking(value === newSite);
          if (value !== null && value !== newSite) change({ siteRef: value });
        }}
      />
      {typing ? (
        <div className="pair with-button">
          <TextInput
            label={t('devices.siteRef')}
            value={ref}
            maxLength={50}
            error={
              taken ? t('settings.sites.siteExists') : ref === '' || good ? null : t('devices.siteRefBad')
            }
            onChange={(event) => setRef(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && good) create();
            }}
          />
          <button type="button" className="button" disabled={!good} onClick={create}>
            {t('settings.sites.create')}
          </button>
        </div>
      ) : null}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}
