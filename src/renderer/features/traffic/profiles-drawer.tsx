import { Drawer } from '@mantine/core';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../shared/contract/traffic-parts.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { ProfileForm } from './profile-form.tsx';
import { useTrafficUi } from './traffic-store.ts';
import { useKept } from './use-kept.ts';
import { useTraffic } from './use-traffic.ts';

/** Brokers of elsewhere: each with its address and what it wants to know. */
export function ProfilesDrawer(props: { readonly opened: boolean; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const [edited, setEdited] = useState<Profile | 'new'>();
  const title =
    edited === undefined
      ? 'traffic.profiles.title'
      : edited === 'new'
        ? 'traffic.profiles.new'
        : 'traffic.profiles.edit';
  const close = (): void => {
    setEdited(undefined);
    props.onClose();
  };
  return (
    <Drawer
      opened={props.opened}
      onClose={close}
      position="right"
      size="lg"
      title={t(title)}
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      {edited === undefined ? (
        <ProfileList onEdit={setEdited} />
      ) : (
        <ProfileForm profile={edited === 'new' ? undefined : edited} onDone={() => setEdited(undefined)} />
      )}
    </Drawer>
  );
}

function ProfileList(props: { onEdit: (profile: Profile | 'new') => void }): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { kept, renew } = useKept();
  const { source, chooseSource } = useTrafficUi();
  const { failure, run } = useFailure();
  const remove = (id: string): void =>
    run(async () => {
      await traffic.removeProfile({ id });
      if (source === id) chooseSource('stack');
      await renew();
    });
  return (
    <div className="form">
      <p className="secondary">{t('traffic.profiles.body')}</p>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <ul className="plain-list">
        {kept?.profiles.map((profile) => (
          <li key={profile.id}>
            <span className="list-text">
              <strong>
                <bdi>{profile.name}</bdi>
              </strong>
              <span className="secondary">
                {`${profile.scheme}://${profile.host}:${profile.port}`} ·{' '}
                {t(`traffic.profiles.versions.${profile.version}`)}
              </span>
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={t('traffic.profiles.editOne', { name: profile.name })}
              title={t('traffic.profiles.edit')}
              onClick={() => props.onEdit(profile)}
            >
              <IconPencil size={18} aria-hidden="true" />
            </button>
            <ConfirmButton
              label={t('traffic.profiles.remove')}
              name={t('traffic.profiles.removeOne', { name: profile.name })}
              title={t('traffic.profiles.removeTitle', { name: profile.name })}
              body={t('traffic.profiles.removeBody')}
              onConfirm={() => remove(profile.id)}
            />
          </li>
        ))}
      </ul>
      {kept !== undefined && kept.profiles.length === 0 ? (
        <p className="hint">{t('traffic.profiles.none')}</p>
      ) : null}
      <button type="button" className="button" data-autofocus onClick={() => props.onEdit('new')}>
        <IconPlus size={18} aria-hidden="true" />
        {t('traffic.profiles.add')}
      </button>
    </div>
  );
}
