import {
  IconBuildingWarehouse,
  IconCloudUp,
  IconInfoCircle,
  IconKeyboard,
  IconStack2,
  IconSun,
  IconWifi,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorNotice } from '../../app/error-notice.tsx';
import { useSettings } from '../../app/live.ts';
import { useRouteParams } from '../../app/route-params.ts';
import { useUi } from '../../app/ui-state.ts';
import { Loading } from '../../components/loading.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { SyncSection } from '../sync/sync-section.tsx';
import { AboutSection } from './about-section.tsx';
import { BrokerSection } from './broker-section.tsx';
import { DisplaySection } from './display-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { settingsSections, type SettingsSection } from './sections.ts';
import { SitesSection } from './sites-section.tsx';
import { StackSection } from './stack-section.tsx';

const parts: Readonly<
  Record<SettingsSection, { readonly icon: typeof IconSun; readonly Section: () => ReactElement }>
> = {
  display: { icon: IconSun, Section: DisplaySection },
  sites: { icon: IconBuildingWarehouse, Section: SitesSection },
  broker: { icon: IconWifi, Section: BrokerSection },
  stack: { icon: IconStack2, Section: StackSection },
  sync: { icon: IconCloudUp, Section: SyncSection },
  keyboard: { icon: IconKeyboard, Section: KeyboardSection },
  about: { icon: IconInfoCircle, Section: AboutSection },
};

export function SettingsPage(): ReactElement {
  const { t } = useTranslation();
  const { section } = useRouteParams();
  const settings = useSettings();
  const failure = useUi((state) => state.settingFailure);
  const chosen = settingsSections.find((name) => name === section) ?? 'display';
  const { Section } = parts[chosen];
  return (
    <div className="settings-page">
      <PageHead title={t('settings.nav')} subtitle={t('settings.subtitle')} />
      <div className="settings-columns">
        <nav className="settings-nav" aria-label={t('settings.nav')}>
          {settingsSections.map((name) => {
            const Icon = parts[name].icon;
            return (
              <Link key={name} to="/settings/$section" params={{ section: name }}>
                <Icon size={20} aria-hidden="true" />
                {t(`settings.sections.${name}`)}
              </Link>
            );
          })}
        </nav>
        <div className="settings-body">
          {failure === undefined ? null : <ErrorNotice error={failure} />}
          {settings === undefined ? <Loading /> : <Section />}
        </div>
      </div>
    </div>
  );
}
