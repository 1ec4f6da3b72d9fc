import { useHotkeys } from '@mantine/hooks';
import { Spotlight, useSpotlight, type SpotlightActionData } from '@mantine/spotlight';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { settingsSections } from '../../features/settings/sections.ts';
import { useBoard, useClient, useStack } from '../live.ts';
import { useUi } from '../ui-state.ts';
import { openPalette, paletteFieldId, paletteStore } from './open-palette.ts';

/** While it is closed there is nothing to find: thousands of devices would be searched anew with each reading. */
const none: SpotlightActionData[] = [];

/** Pages, devices and actions by name, from anywhere. */
export function Palette(): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useClient();
  const board = useBoard();
  const { opened } = useSpotlight(paletteStore);
  const askToStop = useUi((state) => state.askToStop);
  const stack = useStack();
  const running = stack?.phase === 'running';
  const published = stack?.kind === 'published';
  // From within a field too: the keyboard has no other way out of it to a command.
  useHotkeys([['mod+K', openPalette]], []);
  const quietly = (work: Promise<unknown>): void => void work.catch(() => undefined);
  const actions = (): SpotlightActionData[] => [
    { id: 'overview', label: t('overview.nav'), onClick: () => void navigate({ to: '/' }) },
    { id: 'provision', label: t('provision.nav'), onClick: () => void navigate({ to: '/provision' }) },
    { id: 'stack', label: t('stackPage.nav'), onClick: () => void navigate({ to: '/stack' }) },
    { id: 'traffic', label: t('traffic.nav'), onClick: () => void navigate({ to: '/traffic' }) },
    ...(['retained', 'recordings', 'clients'] as const).map((part) => ({
      id: `traffic-${part}`,
      label: t('shell.sectionOf', { page: t('traffic.nav'), section: t(`traffic.parts.${part}`) }),
      onClick: () => void navigate({ to: '/traffic/$part', params: { part } }),
    })),
    { id: 'devices', label: t('devices.nav'), onClick: () => void navigate({ to: '/devices' }) },
    { id: 'conformity', label: t('conformity.nav'), onClick: () => void navigate({ to: '/conformity' }) },
    { id: 'history', label: t('history.nav'), onClick: () => void navigate({ to: '/history' }) },
    { id: 'quarantine', label: t('quarantine.title'), onClick: () => void navigate({ to: '/quarantine' }) },
    { id: 'alerts', label: t('alerts.nav'), onClick: () => void navigate({ to: '/alerts' }) },
    ...(['log', 'rules'] as const).map((section) => ({
      id: `alerts-${section}`,
      label: t('shell.sectionOf', { page: t('alerts.nav'), section: t(`alerts.tabs.${section}`) }),
      onClick: () => void navigate({ to: `/alerts/${section}` }),
    })),
    ...(board?.sites ?? []).map(({ ref, name }) => ({
      id: `check-${ref}`,
      label: t('siteCheck.of', { site: name }),
      onClick: () => void navigate({ to: '/sites/$ref/check', params: { ref } }),
    })),
    { id: 'import', label: t('import.title'), onClick: () => void navigate({ to: '/import' }) },
    ...settingsSections.map((section) => ({
      id: `settings-${section}`,
      label: t('shell.sectionOf', { page: t('settings.nav'), section: t(`settings.sections.${section}`) }),
      onClick: () => void navigate({ to: '/settings/$section', params: { section } }),
    })),
    {
      id: 'health-thresholds',
      label: t('health.thresholds.palette'),
      onClick: () => void navigate({ to: '/settings/$section', params: { section: 'sites' } }),
    },
    running
      ? {
          id: 'stop',
          label: t(published ? 'strip.letGoTitle' : 'strip.stopStack'),
          onClick: () => askToStop(true),
        }
      : {
          id: 'start',
          label: t(published ? 'stackPage.head.connect' : 'strip.startStack'),
          onClick: () => quietly(client.stack.start({})),
        },
    {
      id: 'light',
      label: t('settings.display.light'),
      onClick: () => quietly(client.settings.update({ display: 'light' })),
    },
    {
      id: 'sunlight',
      label: t('settings.display.sunlight'),
      onClick: () => quietly(client.settings.update({ display: 'sunlight' })),
    },
    {
      id: 'dark',
      label: t('settings.display.dark'),
      onClick: () => quietly(client.settings.update({ display: 'dark' })),
    },
    { id: 'english', label: 'English', onClick: () => quietly(client.settings.update({ language: 'en' })) },
    { id: 'french', label: 'Français', onClick: () => quietly(client.settings.update({ language: 'fr' })) },
    ...[...(board?.devices.values() ?? [])].map((device) => ({
      id: device.mac,
      label: device.name === '' ? device.mac : device.name,
      description: device.mac,
      onClick: () => void navigate({ to: '/devices/$mac', params: { mac: device.mac } }),
    })),
  ];
  return (
    <Spotlight
      store={paletteStore}
      actions={opened ? actions() : none}
      shortcut={null}
      limit={12}
      scrollable
      lockScroll={false}
      maxHeight={480}
      nothingFound={t('shell.nothingFound')}
      overlayProps={{ blur: 0 }}
      transitionProps={{ duration: 0 }}
      searchProps={{
        id: paletteFieldId,
        leftSection: <IconSearch size={18} aria-hidden="true" />,
        placeholder: t('shell.search'),
        'aria-label': t('shell.search'),
      }}
    />
  );
}
