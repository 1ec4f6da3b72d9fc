import { Outlet } from '@tanstack/react-router';
import { IconLock } from '@tabler/icons-react';
import { useEffect, useState, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useConnectionPhase, useSettings } from '../live.ts';
import { systemLanguage } from '../i18n.ts';
import { AlertNotifier } from '../../features/alerts/alert-notifier.tsx';
import { ProvisionAnnouncer } from '../../features/provision/announcer.tsx';
import { Header } from './header.tsx';
import { useShortcuts } from './shortcuts.ts';
import { Navigation } from './navigation.tsx';
import { Palette } from './palette.tsx';
import { StopDialog } from './stop-dialog.tsx';
import { StatusStrip } from './status-strip.tsx';
import { useLocked, useStayAtBatch } from './use-locked.ts';

export function Shell(): ReactElement {
  const { t } = useTranslation();
  const phase = useConnectionPhase();
  const locked = useLocked();
  useAppearance();
  useShortcuts(locked);
  useStayAtBatch(locked);
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t('shell.skip')}
      </a>
      <Header inert={locked} />
      <Navigation inert={locked} />
      <main id="main" tabIndex={-1}>
        {phase === 'lost' || phase === 'ended' ? (
          <p className="banner" role="status">
            {t(phase === 'lost' ? 'shell.connectionLost' : 'shell.sessionEnded')}
          </p>
        ) : null}
        {locked ? (
          <p className="banner locked" role="status">
            <IconLock size={18} aria-hidden="true" />
            {t('shell.locked')}
          </p>
        ) : null}
        <Outlet />
      </main>
      <StatusStrip inert={locked} />
      {locked ? null : (
        <>
          <Palette />
          <StopDialog />
        </>
      )}
      <ProvisionAnnouncer />
      <AlertNotifier />
      {/* Lists of choices open in here; empty it is not there, for nobody. */}
      <div id="open-lists" role="region" aria-label={t('shell.openLists')} />
    </div>
  );
}

/** Theme, touch size, motion and language, from the settings or from the system. */
function useAppearance(): void {
  const settings = useSettings();
  const { i18n } = useTranslation();
  const prefersDark = useMedia('(prefers-color-scheme: dark)');
  const display = settings?.display ?? 'system';
  const theme = display === 'system' ? (prefersDark ? 'dark' : 'light') : display;
  const language =
    settings === undefined || settings.language === 'system' ? systemLanguage() : settings.language;
  const touch = settings?.touch ?? 'normal';
  const still = settings?.reduceMotion ?? false;
  useEffect(() => {
    const { dataset } = document.documentElement;
    dataset['theme'] = theme;
    dataset['mantineColorScheme'] = theme === 'dark' ? 'dark' : 'light';
    dataset['touch'] = touch;
    dataset['motion'] = still ? 'none' : 'normal';
  }, [theme, touch, still]);
  useEffect(() => {
    document.documentElement.lang = language;
    void i18n.changeLanguage(language);
  }, [i18n, language]);
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const update = (): void => setMatches(media.matches);
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, [query]);
  return matches;
}
