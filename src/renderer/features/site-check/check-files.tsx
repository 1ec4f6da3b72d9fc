import { IconDownload } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';
import { saveFile } from '../../components/save-file.ts';

/** What a run found, to take along. */
export function CheckFiles({ id }: { readonly id: number }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  return (
    <>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
      {(['csv', 'json'] as const).map((format) => (
        <button
          key={format}
          type="button"
          className="button"
          onClick={() => run(async () => saveFile(await client.siteCheck.export({ id, format })))}
        >
          <IconDownload size={18} aria-hidden="true" /> {t(`siteCheck.download.${format}`)}
        </button>
      ))}
    </>
  );
}
