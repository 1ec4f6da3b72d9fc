import { Popover, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { FleetColumn } from '../../../shared/contract/health.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { useUi } from '../../app/ui-state.ts';
import { useFleetLook } from './fleet-look.ts';

const queryKey = ['fleet', 'views'];

/** Ways of looking at the fleet under names: taken by a click, written over by saving under the same name. */
export function SavedViews({ columns }: { readonly columns: readonly FleetColumn[] }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const { look, viewId, take, saved } = useFleetLook();
  const siteRef = useUi((state) => state.siteRef);
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState('');
  const { failure, run } = useFailure();
  const { data, error } = useQuery({
    queryKey,
    queryFn: ({ signal }) => client.health.views({}, { signal }),
    enabled: opened,
  });
  const views = data?.items ?? [];
  const current = views.find(({ id }) => id === viewId);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey });
  const wanted = name.trim();
  const same = views.find((view) => view.name === wanted);
  const save = async (): Promise<void> => {
    const { sort, verdicts, text, groupBySite } = look;
    const { id } = await client.health.saveView({
      id: same?.id ?? null,
      name: wanted,
      columns: [...columns],
      sort,
      siteRef,
      verdicts: [...verdicts],
      text,
      groupBySite,
    });
    await again();
    saved(id);
    setName('');
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wanted !== '') run(save);
  };
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="bottom-end"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
      portalProps={{ target: '#open-lists' }}
    >
      <Popover.Target>
        <button
          type="button"
          className={current === undefined ? 'button square' : 'button'}
          aria-label={
            current === undefined
              ? t('devices.views.title')
              : t('components.labelled', { label: t('devices.views.title'), text: current.name })
          }
          title={t('devices.views.title')}
          onClick={() => setOpened(!opened)}
        >
          <IconBookmark size={18} aria-hidden="true" />
          {current?.name}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('devices.views.title')}>
        <div className="saved-views">
          {data !== undefined && views.length === 0 ? (
            <p className="secondary">{t('devices.views.none')}</p>
          ) : null}
          <ul>
            {views.map((view) => (
              <li key={view.id}>
                <button
                  type="button"
                  className="button quiet"
                  aria-current={view.id === viewId}
                  onClick={() => {
                    take(view);
                    setOpened(false);
                  }}
                >
                  {view.name}
                </button>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('devices.views.remove', { name: view.name })}
                  title={t('devices.views.remove', { name: view.name })}
                  onClick={() =>
                    run(async () => {
                      await client.health.removeView({ id: view.id });
                      await again();
                    })
                  }
                >
                  <IconTrash size={18} aria-hidden="true" />
                </button>
              </li>
            ))}
          </ul>
          <form className="row-of" onSubmit={submit}>
            <TextInput
              label={t('devices.views.name')}
              value={name}
              maxLength={60}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <button type="submit" className="button">
              {t(same === undefined ? 'devices.views.save' : 'devices.views.overwrite')}
            </button>
          </form>
          {failure === undefined && error === null ? null : (
            <ErrorNotice error={failure ?? (error as never)} />
          )}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
