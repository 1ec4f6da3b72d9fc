import { Modal, Select, TextInput } from '@mantine/core';
import { IconBookmarkPlus, IconTrash } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { SaveOrCancel } from '../../components/save-or-cancel.tsx';
import { isEmptyFilter, useTrafficUi } from './traffic-store.ts';
import { useKept } from './use-kept.ts';
import { useTraffic } from './use-traffic.ts';

/** Filters with a name. */
export function Bookmarks(): ReactElement {
  const { t } = useTranslation();
  const traffic = useTraffic();
  const { kept, renew } = useKept();
  const { filter, setFilter } = useTrafficUi();
  const [naming, setNaming] = useState(false);
  const { failure, run } = useFailure();
  const bookmarks = kept?.bookmarks ?? [];
  const text = JSON.stringify(filter);
  const current = bookmarks.find((bookmark) => JSON.stringify(bookmark.filter) === text);
  return (
    <>
      <Select
        className="bookmark-choice"
        aria-label={t('traffic.bookmarks.title')}
        placeholder={t(bookmarks.length === 0 ? 'traffic.bookmarks.none' : 'traffic.bookmarks.title')}
        disabled={bookmarks.length === 0}
        data={bookmarks.map(({ id, name }) => ({ value: id, label: name }))}
        value={current?.id ?? null}
        allowDeselect={false}
        onChange={(id) => {
          const chosen = bookmarks.find((bookmark) => bookmark.id === id);
          if (chosen !== undefined) setFilter(chosen.filter);
        }}
      />
      {current === undefined ? (
        <button
          type="button"
          className="icon-button bordered"
          aria-label={t('traffic.bookmarks.add')}
          title={t('traffic.bookmarks.add')}
          disabled={isEmptyFilter(filter)}
          onClick={() => setNaming(true)}
        >
          <IconBookmarkPlus size={18} aria-hidden="true" />
        </button>
      ) : (
        <button
          type="button"
          className="icon-button bordered"
          aria-label={t('traffic.bookmarks.remove', { name: current.name })}
          title={t('traffic.bookmarks.remove', { name: current.name })}
          onClick={() =>
            run(async () => {
              await traffic.removeBookmark({ id: current.id });
              await renew();
            })
          }
        >
          <IconTrash size={18} aria-hidden="true" />
        </button>
      )}
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      <NameDialog
        opened={naming}
        title={t('traffic.bookmarks.add')}
        onClose={() => setNaming(false)}
        onSave={async (name) => {
          await traffic.saveBookmark({ name, filter });
          await renew();
        }}
      />
    </>
  );
}

/** Asks for a name, for what is kept under one. */
export function NameDialog(props: {
  readonly opened: boolean;
  readonly title: string;
  onClose: () => void;
  onSave: (name: string) => Promise<void>;
}): ReactElement {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const { failure, run } = useFailure();
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    run(async () => {
      await props.onSave(name.trim());
      setName('');
      props.onClose();
    });
  };
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      centered
      closeButtonProps={{ 'aria-label': t('shell.close') }}
    >
      <form className="form" onSubmit={save}>
        <TextInput
          label={t('traffic.name')}
          value={name}
          maxLength={100}
          data-autofocus
          onChange={(event) => setName(event.target.value)}
        />
        {failure === undefined ? null : <ErrorNotice error={failure} />}
        <SaveOrCancel canSave={name.trim() !== ''} onCancel={props.onClose} />
      </form>
    </Modal>
  );
}
