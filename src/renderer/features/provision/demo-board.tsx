import { IconPlug, IconPlugX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';

/** Plugs in a simulated board; it comes with firmware of its own. */
export function PlugDemoBoard(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { failure, run } = useFailure();
  const plug = (): void =>
    run(async () => {
      setBusy(true);
      try {
        await client.demo.plugBoard({});
        await queries.invalidateQueries({ queryKey: ['provision', 'firmware'] });
      } finally {
        setBusy(false);
      }
    });
  return (
    <>
      <button type="button" className="button" disabled={busy} onClick={plug}>
        <IconPlug size={18} aria-hidden="true" />
        {t('provision.demo.plug')}
      </button>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </>
  );
}

/** Takes all of them off their line, as pulling the cables would. */
export function UnplugDemoBoards(): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const { failure, run } = useFailure();
  return (
    <div>
      <button type="button" className="button" onClick={() => run(() => client.demo.unplugBoard({}))}>
        <IconPlugX size={18} aria-hidden="true" />
        {t('provision.demo.unplug')}
      </button>
      {failure === undefined ? null : <ErrorNotice error={failure} />}
    </div>
  );
}
