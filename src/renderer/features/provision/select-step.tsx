import { IconBolt } from '@tabler/icons-react';
import { Modal, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useBoard, useClient } from '../../app/live.ts';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { ActionBar } from './action-bar.tsx';
import { BatchPane } from './batch-pane.tsx';
import { Checks } from './checks.tsx';
import { estimateSeconds, formatSpan } from './flash-plan.ts';
import { settingsOf } from './form-state.ts';
import { PortsTable } from './ports-table.tsx';
import { useProvision } from './provision-store.ts';
import { SettingsForm } from './settings-form.tsx';
import type { ProvisionFacts } from './use-facts.ts';

const usualFlashBytes = 4_194_304;

/** Which boards, and with which settings. */
export function SelectStep(props: {
  readonly facts: ProvisionFacts;
  onRescan: () => void;
  onBlink: (address: string) => Promise<void>;
  onFlash: () => Promise<void>;
}): ReactElement {
  const { t } = useTranslation();
  const { facts } = props;
  const form = useProvision((state) => state.form);
  const [saving, setSaving] = useState(false);
  const [starting, setStarting] = useState(false);
  const { failure, run } = useFailure();
  const count = facts.selected.length;
  const flashBytes = Math.max(
    0,
    ...facts.selected.map((row) =>
      row.look?.state === 'known' ? (row.look.identity.flashBytes ?? usualFlashBytes) : usualFlashBytes,
    ),
  );
  const span = formatSpan(estimateSeconds(form, facts.firmware, flashBytes));
  const canSave = facts.problem === null && !facts.state.locked;
  const flash = (): void =>
    run(async () => {
      setStarting(true);
      try {
        await props.onFlash();
      } finally {
        setStarting(false);
      }
    });
  return (
    <>
      <div className="provision-body">
        <div className="provision-main">
          <PortsTable facts={facts} onRescan={props.onRescan} onBlink={props.onBlink} />
          <Checks facts={facts} />
          <BatchPane facts={facts} />
        </div>
        <SettingsForm facts={facts} />
      </div>
      <ActionBar
        title={t('provision.selected', { count })}
        body={
          count === 0
            ? t('provision.selectedNone')
            : facts.reach === 'not-listening' || facts.reach === 'no-network'
              ? t('provision.reachWarning')
              : t('provision.selectedBody', { span })
        }
      >
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <button type="button" className="button large" disabled={!canSave} onClick={() => setSaving(true)}>
          {t('provision.saveProfile')}
        </button>
        <button
          type="button"
          className="button filled large"
          disabled={facts.block !== null || starting}
          aria-keyshortcuts="Control+Enter"
          onClick={flash}
        >
          <IconBolt size={18} aria-hidden="true" />
          {facts.block === null
            ? t('provision.flash', { count })
            : t('provision.flashBut', { reason: t(`provision.block.${facts.block}`) })}
        </button>
      </ActionBar>
      {saving ? <SaveProfile facts={facts} onClose={() => setSaving(false)} /> : null}
    </>
  );
}

function SaveProfile({
  facts,
  onClose,
}: {
  readonly facts: ProvisionFacts;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { form, change } = useProvision();
  const siteName = useBoard()?.sites.find((site) => site.ref === form.siteRef)?.name ?? form.siteRef;
  const current = facts.profiles.find((profile) => profile.id === form.profileId);
  const [name, setName] = useState(current?.name ?? siteName);
  const { failure, run } = useFailure();
  const same = facts.profiles.find(
    (profile) => profile.siteRef === form.siteRef && profile.name === name.trim(),
  );
  const save = (event: FormEvent): void => {
    event.preventDefault();
    run(async () => {
      const { id } = await client.provisioning.saveProfile({
        id: same?.id ?? null,
        siteRef: form.siteRef,
        name: name.trim(),
        settings: settingsOf(form, facts.networks),
      });
      await queries.invalidateQueries({ queryKey: ['provision', 'profiles'] });
      change({ profileId: id });
      onClose();
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('provision.saveProfile')}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save}>
        <p className="secondary">{t('provision.saveProfileBody')}</p>
        <TextInput
          label={t('provision.profileName')}
          value={name}
          maxLength={60}
          required
          data-autofocus
          description={same === undefined ? null : t('provision.profileReplaces')}
          onChange={(event) => setName(event.target.value)}
        />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <SaveOrCancel canSave={name.trim() !== ''} onCancel={onClose} />
      </form>
    </Modal>
  );
}
