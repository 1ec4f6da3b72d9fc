import '@fontsource-variable/atkinson-hyperlegible-next';
import '@fontsource-variable/atkinson-hyperlegible-mono';
import '@mantine/core/styles.css';
import '@mantine/spotlight/styles.css';
import './app/theme/tokens.css';
import './app/theme/base.css';
import './app/theme/mantine-parts.css';
import './app/shell/shell.css';
import './app/shell/navigation.css';
import './app/shell/status-strip.css';
import './components/components.css';
import './features/pages.css';
import './features/overview/overview.css';
import './features/devices/devices.css';
import './features/devices/device-columns.css';
import './features/first-run/first-run.css';
import './features/provision/provision.css';
import './features/provision/settings-form.css';
import './features/provision/step-head.css';
import './features/provision/ports-table.css';
import './features/provision/advice.css';
import './features/provision/board-details.css';
import './features/provision/checks.css';
import './features/provision/action-bar.css';
import './features/provision/lane.css';
import './features/provision/batch-row.css';
import './features/provision/serial-log.css';
import './features/provision/labels.css';
import './features/provision/improv.css';
import './features/provision/demo-board.css';
import './features/settings/settings.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startI18n } from './app/i18n.ts';
import { createLive, LiveContext } from './app/live.ts';
import { createAppRouter } from './app/router.tsx';
import { permitPlainTextOnly } from './app/trusted-types.ts';

const theme = createTheme({
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  primaryColor: 'dark',
  defaultRadius: 4,
  respectReducedMotion: true,
  components: {
    // Lists that open over the page belong to a part of it, as everything does.
    Select: { defaultProps: { comboboxProps: { portalProps: { target: '#open-lists' } } } },
    Autocomplete: { defaultProps: { comboboxProps: { portalProps: { target: '#open-lists' } } } },
    // Its <header> would count as a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    // The body does not scroll, and locking it would need a style that the page's policy refuses.
    Modal: { defaultProps: { transitionProps: { duration: 0 }, lockScroll: false } },
    Drawer: { defaultProps: { transitionProps: { duration: 0 }, lockScroll: false } },
  },
});

permitPlainTextOnly();

/** The nonce of this response, without which the component library's own style element is refused. */
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
const root = document.querySelector('#root');
if (root === null) throw new Error('the page is not complete');

await startI18n();
const live = createLive();
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: 'always', refetchOnWindowFocus: false },
    mutations: { networkMode: 'always' },
  },
});
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} getStyleNonce={() => nonce} defaultColorScheme="light">
      <QueryClientProvider client={queries}>
        <LiveContext value={live}>
          <RouterProvider router={createAppRouter()} />
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
