import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** The screens in a real browser, against the real application with a data folder of each test's own. */
export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  globalSetup: ['./tests/support/global-run.ts', './tests/support/global-engine.ts'],
  // Two cores, and a test waits for its application about as long as its page works. Each has an application of its
  // own; those of a file that share one keep to their order.
  workers: 2,
  fullyParallel: true,
  // Against waiting for ever, and no measure of anything: beside other work all takes several times as long.
  timeout: 240_000,
  expect: { timeout: 45_000 },
  forbidOnly: process.env['CI'] === 'true',
  reporter: 'list',
  use: {
    locale: 'en-GB',
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    screenshot: 'only-on-failure',
    launchOptions: {
      ...(installed === undefined ? {} : { executablePath: installed }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
