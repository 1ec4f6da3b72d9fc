import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerSaveBlocker,
  protocol,
  safeStorage,
  session,
  shell,
} from 'electron';
import { createApp } from '../../app.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { defaultDataFolder } from '../platform-paths.ts';
import { DesktopHost } from './desktop-host.ts';

/** Not strict: the system and Electron itself add words of their own. */
const { values } = parseArgs({
  args: process.argv.slice(1),
  options: { data: { type: 'string' }, demo: { type: 'boolean' } },
  strict: false,
});
const host = new DesktopHost({
  electron: {
    app,
    BrowserWindow,
    dialog,
    ipcMain,
    Menu,
    Notification,
    powerSaveBlocker,
    protocol,
    safeStorage,
    session,
    shell,
  },
  createApp,
  data: typeof values.data === 'string' ? resolve(values.data) : defaultDataFolder(),
  demo: values.demo === true,
  appVersion: applicationVersion,
  applicationRoot,
  resources: app.isPackaged ? process.resourcesPath : applicationRoot,
});
process.on('uncaughtException', (error) => host.fail(error));
process.on('unhandledRejection', (error) => host.fail(error));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
// Started by `npm start`: whose end, however it comes, is the end of the window too.
process.on('disconnect', () => app.quit());
// From here on `npm start` no longer opens the web page in place of a window that did not come up.
void app.whenReady().then(() => process.send?.('runtime-started'));
host.run();
