import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Navigate,
} from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { AlertLogPage } from '../features/alerts/alert-log-page.tsx';
import { AlertRulesPage } from '../features/alerts/alert-rules-page.tsx';
import { AlertsPage } from '../features/alerts/alerts-page.tsx';
import { ConformityPage } from '../features/conformity/conformity-page.tsx';
import { DeviceList } from '../features/devices/device-list.tsx';
import { DevicePage } from '../features/devices/device-page.tsx';
import { QuarantinePage } from '../features/devices/quarantine-page.tsx';
import { ImportPage } from '../features/import/import-page.tsx';
import { HistoryPage } from '../features/history/history-page.tsx';
import { HomePage } from '../features/overview/home-page.tsx';
import { ProvisionPage } from '../features/provision/provision-page.tsx';
import { SettingsPage } from '../features/settings/settings-page.tsx';
import { SiteCheckPage } from '../features/site-check/site-check-page.tsx';
import { StackPage } from '../features/stack/stack-page.tsx';
import { SurveyListPage } from '../features/survey/survey-list-page.tsx';
import { SurveyPage } from '../features/survey/survey-page.tsx';
import { TrafficPage } from '../features/traffic/traffic-page.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { Shell } from './shell/shell.tsx';

function Broken(): ReactElement {
  return (
    <div className="page-body">
      <ErrorNotice error={{ code: 'internal', message: 'A screen could not be drawn.', data: {} }} />
    </div>
  );
}

function NotFound(): ReactElement {
  const { t } = useTranslation();
  return <p className="page-body">{t('shell.notFound')}</p>;
}

const rootRoute = createRootRoute({ component: Shell, errorComponent: Broken, notFoundComponent: NotFound });
const routes = rootRoute.addChildren([
  createRoute({ getParentRoute: () => rootRoute, path: '/', component: HomePage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/provision', component: ProvisionPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/stack', component: StackPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/traffic', component: TrafficPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/traffic/$part', component: TrafficPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/devices', component: DeviceList }),
  createRoute({ getParentRoute: () => rootRoute, path: '/devices/$mac', component: DevicePage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/conformity', component: ConformityPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/history', component: HistoryPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/quarantine', component: QuarantinePage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/import', component: ImportPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/alerts', component: AlertsPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/alerts/log', component: AlertLogPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/alerts/rules', component: AlertRulesPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/survey', component: SurveyListPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/survey/$ref', component: SurveyPage }),
  createRoute({ getParentRoute: () => rootRoute, path: '/sites/$ref/check', component: SiteCheckPage }),
  createRoute({
    getParentRoute: () => rootRoute,
    path: '/settings',
    component: () => <Navigate to="/settings/$section" params={{ section: 'display' }} />,
  }),
  createRoute({ getParentRoute: () => rootRoute, path: '/settings/$section', component: SettingsPage }),
]);

/** Pages live behind the `#`: the same addresses work in the window, where there is no server. */
export function createAppRouter() {
  return createRouter({ routeTree: routes, history: createHashHistory(), defaultErrorComponent: Broken });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
