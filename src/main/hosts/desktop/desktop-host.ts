import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type * as Electron from 'electron';
import { isAppError } from '../../../shared/domain/app-error.ts';
import type { App, AppOptions } from '../../app.ts';
import { drop } from '../../foundation/drop.ts';
import { silentLog } from '../../foundation/log.ts';
import type { Platform } from '../../foundation/platform.ts';
import { bundleFile } from '../bundle-files.ts';
import { contentSecurityPolicy, securityHeaders } from '../content-security-policy.ts';
import { loadWords } from '../cli/words.ts';
import { InstanceLock } from '../instance-lock.ts';
import { pathsFor } from '../platform-paths.ts';
import { desktopSecrets } from './desktop-secrets.ts';
import { acceptPorts } from './port-handover.ts';
import { bundleOrigin, bundlePath, bundleScheme, isOpenable, webPreferences } from './window-rules.ts';
import { hardenSession, refuseToLeave } from './window-guards.ts';

/** What of Electron is used; a test gives a double of exactly this. */
export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'Notification'
  | 'powerSaveBlocker'
  | 'protocol'
  | 'safeStorage'
  | 'session'
  | 'shell'
>;

export interface DesktopOptions {
  readonly electron: ElectronParts;
  readonly createApp: (platform: Platform, options: AppOptions) => Promise<App>;
  readonly data: string;
  readonly demo: boolean;
  readonly appVersion: string;
  /** Folder of package.json, or of the archive of a packaged application. */
  readonly applicationRoot: string;
  /** Folder that holds `sql/`: beside the archive in a packaged application. */
  readonly resources: string;
}

/** Without `persist:` the session is kept in memory: the page leaves nothing on the disk. */
const windowPartition = 'window';

/** The window: Electron's life cycle around one application. `run` must be called before Electron is ready. */
export class DesktopHost {
  readonly #options: DesktopOptions;
  readonly #electron: ElectronParts;
  #window: Electron.BrowserWindow | undefined;
  #session: Electron.Session | undefined;
  #application: App | undefined;
  #lock: InstanceLock | undefined;
  #ending: Promise<void> | undefined;

  constructor(options: DesktopOptions) {
    this.#options = options;
    this.#electron = options.electron;
  }

  run(): void {
    const { app, protocol } = this.#electron;
    app.enableSandbox();
    app.setPath('userData', join(this.#options.data, 'desktop'));
    protocol.registerSchemesAsPrivileged([
      {
        scheme: bundleScheme,
        privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
      },
    ]);
    if (!app.requestSingleInstanceLock()) {
      app.quit();
      return;
    }
    app.on('second-instance', () => this.#showAgain());
    app.on('window-all-closed', () => app.quit());
    app.on('before-quit', (event) => this.#closeBeforeQuit(event));
    app.on('web-contents-created', (_event, contents) =>
      refuseToLeave(contents, (url) => this.#openOutside(url)),
    );
    app
      .whenReady()
      .then(() => this.#start())
      .catch((error: unknown) => this.fail(error));
  }

  /** Something went wrong beyond repair: said once, then what was received is written and all ends. */
  fail(error: unknown): void {
    (this.#application?.log ?? silentLog).error('the application failed', { error });
    if (this.#ending !== undefined) return;
    this.#electron.dialog.showErrorBox('DataYoti Field', isAppError(error) ? error.message : String(error));
    void this.#end(1);
  }

  async #start(): Promise<void> {
    const { app, ipcMain, Menu, session } = this.#electron;
    const { createApp, data, demo } = this.#options;
    this.#session = session.fromPartition(windowPartition);
    for (const each of [this.#session, session.defaultSession]) hardenSession(each);
    this.#session.protocol.handle(bundleScheme, (request) => this.#serveBundle(request));
    Menu.setApplicationMenu(null);
    const lock = await InstanceLock.take(data);
    if (!(lock instanceof InstanceLock)) {
      this.#electron.dialog.showErrorBox(
        'DataYoti Field',
        'DataYoti Field runs already with this data folder, as a web page. Close it there first.',
      );
      app.exit(1);
      return;
    }
    this.#lock = lock;
    lock.whenAsked(() => {
      this.#showAgain();
      return null;
    });
    this.#application = await createApp(this.#platform(), {
      demo,
      words: (language) => loadWords(language === 'system' ? undefined : language),
    });
    const { rpc, log } = this.#application;
    acceptPorts(
      ipcMain,
      () => this.#window?.webContents,
      (port) => rpc.servePort(port),
      log.from('host'),
    );
    this.#showWindow();
  }

  #platform(): Platform {
    const { Notification, powerSaveBlocker, safeStorage } = this.#electron;
    const { appVersion, data, resources } = this.#options;
    return {
      kind: 'desktop',
      appVersion,
      paths: pathsFor(data, resources),
      secrets: desktopSecrets(data, safeStorage),
      openExternal: (url) => Promise.resolve(this.#openOutside(url)),
      notify: (title, body) => new Notification({ title, body }).show(),
      keepAwake: () => {
        const id = powerSaveBlocker.start('prevent-app-suspension');
        return () => powerSaveBlocker.stop(id);
      },
    };
  }

  #openOutside(url: string): void {
    const log = this.#application?.log ?? silentLog;
    if (isOpenable(url)) drop(this.#electron.shell.openExternal(url), log, 'opening a page outside');
    else log.warn('refused to open an address outside');
  }

  async #serveBundle(request: Request): Promise<Response> {
    const nonce = randomBytes(16).toString('base64');
    const headers = { ...securityHeaders, 'content-security-policy': contentSecurityPolicy(nonce) };
    const path = bundlePath(request.method, request.url);
    const folder = join(this.#options.applicationRoot, 'out', 'renderer');
    const file = path === undefined ? undefined : await bundleFile(folder, path, nonce);
    if (file === undefined) return new Response('not found', { status: 404, headers });
    return new Response(new Uint8Array(file.body), { headers: { ...headers, 'content-type': file.type } });
  }

  /** Before the application is there, its window is still to come. */
  #showAgain(): void {
    if (this.#application !== undefined && this.#ending === undefined) this.#showWindow();
  }

  #showWindow(): void {
    if (this.#window !== undefined) {
      if (this.#window.isMinimized()) this.#window.restore();
      this.#window.focus();
      return;
    }
    const { app, BrowserWindow } = this.#electron;
    const window = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 1024,
      minHeight: 700,
      show: false,
      backgroundColor: '#e9efed',
      webPreferences: {
        ...webPreferences(
          join(this.#options.applicationRoot, 'out', 'preload', 'preload.cjs'),
          app.isPackaged,
        ),
        ...(this.#session === undefined ? {} : { session: this.#session }),
      },
    });
    this.#window = window;
    window.once('ready-to-show', () => window.show());
    window.once('closed', () => {
      this.#window = undefined;
    });
    let reloaded = false;
    window.webContents.on('render-process-gone', () => {
      if (reloaded) return this.fail(new Error('The window ended unexpectedly, twice.'));
      reloaded = true;
      window.webContents.reload();
    });
    drop(window.loadURL(`${bundleOrigin}/`), this.#application?.log ?? silentLog, 'loading the page');
  }

  /** Quitting waits until what was received is written and the database is stopped. */
  #closeBeforeQuit(event: { preventDefault(): void }): void {
    if (this.#lock === undefined) return;
    event.preventDefault();
    void this.#end(0);
  }

  #end(code: number): Promise<void> {
    this.#ending ??= this.#closeAll().then(
      () => this.#electron.app.exit(code),
      () => this.#electron.app.exit(1),
    );
    return this.#ending;
  }

  async #closeAll(): Promise<void> {
    try {
      await this.#application?.close();
    } finally {
      await this.#lock?.release();
    }
  }
}
