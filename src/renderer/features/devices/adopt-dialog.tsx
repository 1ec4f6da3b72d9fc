import { Modal, Select, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Candidate } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';

const newSite = '+';

/** Gives an unknown device a site and a name; what it sent so far is stored. */
export function AdoptDialog({
  candidate,
  onClose,
  onDone,
}: {
  readonly candidate: Candidate;
  onClose: () => void;
  onDone: (name: string, stored: number) => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const board = useBoard();
  const chosenSite = useUi((state) => state.siteRef);
  const sites = board?.sites ?? [];
  const claimed = sites.find((site) => site.ref === candidate.siteRef)?.ref;
  const [site, setSite] = useState(claimed ?? chosenSite ?? sites.find((one) => !one.demo)?.ref ?? newSite);
  const [ref, setRef] = useState(claimed === undefined ? (candidate.siteRef ?? '') : '');
  const [siteName, setSiteName] = useState('');
  const [name, setName] = useState('');
  const [zone, setZone] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { failure, run } = useFailure();
  const zones = (board?.zones ?? []).filter((one) => one.siteRef === site);
  const taken = sites.some((one) => one.ref === ref);
  const refIsGood = /^[\w.-]{1,50}$/.test(ref) && !taken;

  const adopt = async (): Promise<void> => {
    setBusy(true);
    try {
      const siteRef = site === newSite ? ref : site;
      if (site === newSite) await client.devices.createSite({ ref, name: siteName === '' ? ref : siteName });
      const result = await client.devices.adopt({
        mac: candidate.mac,
        siteRef,
        name,
        zoneId: zone === null ? null : Number(zone),
      });
      onDone(name === '' ? candidate.mac : name, result.readings + result.heartbeats);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    run(adopt);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('devices.adoptTitle', { mac: candidate.mac })}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={submit}>
        <p className="secondary">{t('devices.adoptBody', { count: candidate.kept })}</p>
        <Select
          label={t('shell.site')}
          data={[
            ...sites.map((one) => ({ value: one.ref, label: one.name })),
            { value: newSite, label: t('devices.newSite') },
          ]}
          value={site}
          allowDeselect={false}
          onChange={(value) => {
            setSite(value ?? newSite);
            setZone(null);
          }}
        />
        {site === newSite ? (
          <>
            <TextInput
              label={t('devices.siteRef')}
              description={t('devices.siteRefHint')}
              value={ref}
              required
              maxLength={50}
              error={
                taken
                  ? t('settings.sites.siteExists')
                  : ref === '' || refIsGood
                    ? null
                    : t('devices.siteRefBad')
              }
              onChange={(event) => setRef(event.target.value)}
            />
            <TextInput
              label={t('devices.siteName')}
              value={siteName}
              maxLength={255}
              onChange={(event) => setSiteName(event.target.value)}
            />
          </>
        ) : null}
        <TextInput
          label={t('devices.name')}
          description={t('devices.nameHint')}
          value={name}
          maxLength={60}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        {zones.length === 0 ? null : (
          <Select
            label={t('overview.zone')}
            data={zones.map((one) => ({ value: String(one.id), label: one.name }))}
            value={zone}
            clearable
            onChange={setZone}
          />
        )}
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <div className="row-of">
          <button type="submit" className="button filled" disabled={busy || (site === newSite && !refIsGood)}>
            {t('devices.adoptNow')}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t('shell.cancel')}
          </button>
        </div>
      </form>
    </Modal>
  );
}
