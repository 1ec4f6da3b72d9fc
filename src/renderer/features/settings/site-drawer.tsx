import { Drawer, Textarea, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Site } from '../../../shared/contract/devices.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';

/** Name and description of a site. Its code stays: boards send it, and stored rows and labels carry it. */
export function SiteDrawer(props: {
  readonly site: Site;
  /** The drawer stays mounted while it is closed: only so does the focus go back to what opened it. */
  readonly opened: boolean;
  onClose: () => void;
}): ReactElement {
  const { t } = useTranslation();
  const { site, opened, onClose } = props;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      title={t('settings.sites.renameTitle', { ref: site.ref })}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <SiteNames site={site} onClose={onClose} />
    </Drawer>
  );
}

function SiteNames({ site, onClose }: { readonly site: Site; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const [name, setName] = useState(site.name);
  const [description, setDescription] = useState(site.description);
  const { failure, run } = useFailure();
  const good = name.trim() !== '';
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!good) return;
    run(async () => {
      await client.devices.updateSite({
        ref: site.ref,
        name: name.trim(),
        description: description.trim(),
      });
      onClose();
    });
  };
  return (
    <form className="form" onSubmit={save}>
      <TextInput
        label={t('devices.siteName')}
        description={t('settings.sites.codeStays', { ref: site.ref })}
        value={name}
        maxLength={255}
        error={good ? null : t('settings.sites.nameMissing')}
        data-autofocus
        onChange={(event) => setName(event.target.value)}
      />
      <Textarea
        label={t('settings.sites.description')}
        value={description}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => setDescription(event.target.value)}
      />
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <div className="row-of">
        <button type="submit" className="button filled" disabled={!good}>
          {t('shell.save')}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {t('shell.cancel')}
        </button>
      </div>
    </form>
  );
}
