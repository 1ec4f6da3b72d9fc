import { Menu } from '@mantine/core';
import { IconChevronDown, IconPlug, IconPlugX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { DemoBoardKind } from '../../../shared/contract/demo.ts';
import { ErrorNotice, useFailure } from '../../app/error-notice.tsx';
import { useClient } from '../../app/live.ts';

const otherKinds = ['other-firmware', 'silent-sensor'] as const satisfies readonly DemoBoardKind[];

/** Plugs in a simulated board; it comes with firmware of its own. Beside it those with which something is different. */
export function PlugDemoBoard({ short = false }: { readonly short?: boolean }): ReactElement {
  const { t } = useTranslation();
  const client = useClient();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  const { failure, run } = useFailure();
  const plug = (kind: DemoBoardKind): void =>
    run(async () => {
      setBusy(true);
      try {
        await client.demo.plugBoard({ kind });
        await queries.invalidateQueries({ queryKey: ['provision', 'firmware'] });
      } finally {
        setBusy(false);
      }
    });
  return (
    <>
      <span className="plug-demo">
        <button
          type="button"
          className="button"
          disabled={busy}
          aria-label={t('provision.demo.plug')}
          onClick={() => plug('blank')}
        >
          <IconPlug size={18} aria-hidden="true" />
          {t(short ? 'provision.demo.short' : 'provision.demo.plug')}
        </button>
        <Menu
          withInitialFocusPlaceholder={false}
          position="bottom-end"
          transitionProps={{ duration: 0 }}
          portalProps={{ target: '#open-lists' }}
        >
          <Menu.Target>
            <button
              type="button"
              className="icon-button"
              disabled={busy}
              aria-label={t('provision.demo.another')}
              title={t('provision.demo.another')}
            >
              <IconChevronDown size={18} aria-hidden="true" />
            </button>
          </Menu.Target>
          <Menu.Dropdown aria-label={t('provision.demo.another')}>
            {otherKinds.map((kind) => (
              <Menu.Item key={kind} onClick={() => plug(kind)}>
                {t(`provision.demo.kinds.${kind}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      </span>
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
