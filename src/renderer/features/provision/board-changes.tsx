import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardIdentity } from '../../../shared/contract/boards.ts';
import type { BatchBoard, BatchSettings } from '../../../shared/contract/provisioning.ts';
import { useClient } from '../../app/live.ts';

/** What will change on a board with these settings, field by field; of a password only that it does. */
export function BoardChanges(props: {
  readonly identity: BoardIdentity;
  readonly board: BatchBoard;
  readonly settings: BatchSettings;
}): ReactElement | null {
  const { t } = useTranslation();
  const client = useClient();
  const { data } = useQuery({
    queryKey: [
      'provision',
      'difference',
      props.identity,
      props.board,
      { ...props.settings, wifiPassword: '' },
    ],
    queryFn: ({ signal }) => client.provisioning.difference(props, { signal }),
  });
  if (data === undefined) return null;
  if (data.changes.length === 0) return <p>{t('provision.details.nothingChanges')}</p>;
  return (
    <table className="partition-table">
      <caption className="visually-hidden">{t('provision.details.changes')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('provision.details.setting')}</th>
          <th scope="col">{t('provision.details.before')}</th>
          <th scope="col">{t('provision.details.after')}</th>
        </tr>
      </thead>
      <tbody>
        {data.changes.map(({ key, before, after }) => (
          <tr key={key}>
            <th scope="row">{t(`deviceConfiguration.fields.${key}`, key)}</th>
            <td className="secondary">{before ?? '–'}</td>
            <td>
              <strong>{after ?? '–'}</strong>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
