import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
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
import { isAppError } from '../../../shared/domain/app-error.ts';
import { createApp, type App } from '../../app.ts';
import { FileSecrets } from '../../foundation/file-secrets.ts';
import { silentLog } from '../../foundation/log.ts';
import type { Platform } from '../../foundation/platform.ts';
import { applicationRoot, applicationVersion } from '../application-root.ts';
import { bundleFile } from '../bundle-files.ts';
import { contentSecurityPolicy, securityHeaders } from '../content-security-policy.ts';
import { defaultDataFolder, pathsFor } from '../platform-paths.ts';
import { KeyStoreSecrets } from './key-store-secrets.ts';
import { acceptPorts } from './port-handover.ts';
import {
  bundleOrigin,
  bundlePath,
  bundleScheme,
  isOpenable,
  isOwnPage,
  isPermissionAllowed,
  isRequestAllowed,
  webPreferences,
} from './window-rules.ts';

/** In a packaged application the resources lie beside the archive, in a checkout they are the checkout. */
const root = app.isPackaged ? process.resourcesPath : applicationRoot;
const dataFolder = defaultDataFolder();
let window: BrowserWindow | undefined;
let application: App | undefined;
let closing = false;

app.enableSandbox();
app.setPath('userData', join(dataFolder, 'desktop'));
protocol.registerSchemesAsPrivileged([
  {
    scheme: bundleScheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
  },
]);

if (app.requestSingleInstanceLock()) {
  app.on('second-instance', showWindow);
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', closeBeforeQuit);
  app.on('web-contents-created', (_event, contents) => {
    const refuse = (event: { preventDefault(): void; readonly url: string }): void => {
      if (!isOwnPage(event.url)) event.preventDefault();
    };
    contents.on('will-navigate', refuse);
    contents.on('will-redirect', refuse);
    contents.on('will-frame-navigate', refuse);
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(({ url }) => {
      if (isOpenable(url)) void shell.openExternal(url);
      return { action: 'deny' };
    });
  });
  app.whenReady().then(start, fail).catch(fail);
} else {
  app.quit();
}

async function start(): Promise<void> {
  hardenSession();
  protocol.handle(bundleScheme, serveBundle);
  Menu.setApplicationMenu(null);
  application = await createApp(platform(), { demo: process.argv.includes('--demo') });
  acceptPorts(
    ipcMain,
    () => window?.webContents,
    (port) => application?.rpc.servePort(port),
    application.log.from('host'),
  );
  showWindow();
}

function platform(): Platform {
  const paths = pathsFor(dataFolder, root);
  return {
    kind: 'desktop',
    appVersion: applicationVersion,
    paths,
    // Where the system has no key store (a bare Linux), a file with a private key is better than none at all.
    secrets: safeStorage.isEncryptionAvailable()
      ? new KeyStoreSecrets(join(dataFolder, 'sealed-secrets.json'), safeStorage)
      : new FileSecrets(join(dataFolder, 'secrets')),
    openExternal: async (url) => {
      if (isOpenable(url)) await shell.openExternal(url);
    },
    notify: (title, body) => new Notification({ title, body }).show(),
    keepAwake: () => {
      const id = powerSaveBlocker.start('prevent-app-suspension');
      return () => powerSaveBlocker.stop(id);
    },
  };
}

function hardenSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(isPermissionAllowed(permission)),
  );
  defaultSession.setPermissionCheckHandler((_contents, permission) => isPermissionAllowed(permission));
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.webRequest.onBeforeRequest((details, decide) =>
    decide({ cancel: !isRequestAllowed(details.url) }),
  );
}

async function serveBundle(request: Request): Promise<Response> {
  const nonce = randomBytes(16).toString('base64');
  const headers = { ...securityHeaders, 'content-security-policy': contentSecurityPolicy(nonce) };
  const path = bundlePath(request.method, request.url);
  const file =
    path === undefined ? undefined : await bundleFile(join(applicationRoot, 'out', 'renderer'), path, nonce);
  if (file === undefined) return new Response('not found', { status: 404, headers });
  return new Response(new Uint8Array(file.body), { headers: { ...headers, 'content-type': file.type } });
}

function showWindow(): void {
  if (window !== undefined) {
    if (window.isMinimized()) window.restore();
    window.focus();
    return;
  }
  window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 1024,
    minHeight: 700,
    show: false,
    backgroundColor: '#e9efed',
    webPreferences: webPreferences(join(applicationRoot, 'out', 'preload', 'preload.cjs'), app.isPackaged),
  });
  window.once('ready-to-show', () => window?.show());
  window.once('closed', () => {
    window = undefined;
  });
  let reloaded = false;
  window.webContents.on('render-process-gone', () => {
    if (reloaded) return fail(new Error('the window ended unexpectedly, twice'));
    reloaded = true;
    window?.webContents.reload();
  });
  void window.loadURL(`${bundleOrigin}/`);
}

/** Quitting waits until what was received is written and the database is stopped. */
function closeBeforeQuit(event: { preventDefault(): void }): void {
  if (application === undefined) return;
  event.preventDefault();
  if (closing) return;
  closing = true;
  application.close().then(
    () => app.exit(0),
    () => app.exit(1),
  );
}

function fail(error: unknown): void {
  (application?.log ?? silentLog).error('the application failed', { error });
  dialog.showErrorBox('DataYoti Field', isAppError(error) ? error.message : String(error));
  app.exit(1);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
