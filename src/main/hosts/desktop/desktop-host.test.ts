import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { App, AppOptions } from '../../app.ts';
import { silentLog } from '../../foundation/log.ts';
import type { Platform } from '../../foundation/platform.ts';
import { ask, InstanceLock, runningInstance } from '../instance-lock.ts';
import { DesktopHost, type ElectronParts } from './desktop-host.ts';

/** Every name that the double has must be one of Electron's published types. */
type DoubleOf<Parts> = { readonly [Part in keyof Parts]: { readonly [Name in keyof Parts[Part]]?: unknown } };
type Decide<T> = (value: T) => void;

const spy = () => vi.fn<(...args: readonly unknown[]) => unknown>();

/** One session as far as it is used: what was registered with it can be called. */
class SessionDouble {
  readonly schemes = new Map<string, (request: Request) => Promise<Response> | Response>();
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>) =>
      this.schemes.set(scheme, handler),
  };
  onRequest: (permission: string) => boolean = () => true;
  onCheck: (permission: string) => boolean = () => true;
  onDevice: () => boolean = () => true;
  onUrl: (url: string) => boolean = () => false;
  setPermissionRequestHandler(
    handler: (c: unknown, permission: string, decide: Decide<boolean>) => void,
  ): void {
    this.onRequest = (permission) => answered((decide) => handler(null, permission, decide));
  }
  setPermissionCheckHandler(handler: (c: unknown, permission: string) => boolean): void {
    this.onCheck = (permission) => handler(null, permission);
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.onDevice = handler;
  }
  readonly webRequest = {
    onBeforeRequest: (handler: (details: { url: string }, decide: Decide<{ cancel: boolean }>) => void) => {
      this.onUrl = (url) => answered<{ cancel: boolean }>((decide) => handler({ url }, decide)).cancel;
    },
  };
}

function answered<T>(ask: (decide: Decide<T>) => void): T {
  const answers: T[] = [];
  ask((answer) => answers.push(answer));
  const [answer] = answers;
  if (answer === undefined) throw new Error('not decided');
  return answer;
}

class ContentsDouble extends EventEmitter {
  readonly mainFrame = { url: 'app://bundle/' };
  readonly reload = spy();
  onOpen: (details: { url: string }) => { action: string } = () => ({ action: 'allow' });
  setWindowOpenHandler(handler: typeof this.onOpen): void {
    this.onOpen = handler;
  }
}

const windows: WindowDouble[] = [];
class WindowDouble extends EventEmitter {
  readonly webContents = new ContentsDouble();
  readonly options: { readonly webPreferences: Record<string, unknown> };
  readonly show = spy();
  readonly focus = spy();
  readonly restore = spy();
  readonly loadURL = vi.fn<(url: string) => Promise<void>>(() => Promise.resolve());
  isMinimized = () => true;
  constructor(options: WindowDouble['options']) {
    super();
    this.options = options;
    windows.push(this);
    electron.app.emit('web-contents-created', {}, this.webContents);
  }
}

class AppDouble extends EventEmitter {
  readonly order: string[] = [];
  readonly isPackaged = true;
  readonly exit = vi.fn<(code: number) => void>();
  readonly quit = vi.fn<() => void>(() => void this.emit('before-quit', { preventDefault: this.prevented }));
  readonly prevented = spy();
  readonly setPath = spy();
  single = true;
  ready: () => void = () => undefined;
  readonly #ready = new Promise<void>((resolve) => (this.ready = resolve));
  enableSandbox(): void {
    this.order.push('sandbox');
  }
  requestSingleInstanceLock(): boolean {
    this.order.push('single instance');
    return this.single;
  }
  whenReady(): Promise<void> {
    this.order.push('wait until ready');
    return this.#ready;
  }
}

const notifications: object[] = [];
class NotificationDouble {
  readonly #options: object;
  constructor(options: object) {
    this.#options = options;
  }
  show(): void {
    notifications.push(this.#options);
  }
}

function makeElectron() {
  const app = new AppDouble();
  return {
    app,
    BrowserWindow: WindowDouble,
    dialog: { showErrorBox: spy() },
    ipcMain: new EventEmitter(),
    Menu: { setApplicationMenu: spy() },
    Notification: NotificationDouble,
    powerSaveBlocker: { start: spy(), stop: spy() },
    protocol: {
      registerSchemesAsPrivileged: vi.fn<(s: unknown) => void>(() => void app.order.push('scheme')),
    },
    safeStorage: { isEncryptionAvailable: () => false },
    session: {
      defaultSession: new SessionDouble(),
      fromPartition: vi.fn<(name: string) => SessionDouble>(() => own),
    },
    shell: { openExternal: vi.fn<(url: string) => Promise<void>>(() => Promise.resolve()) },
  } satisfies DoubleOf<ElectronParts>;
}

let folder: string;
let own: SessionDouble;
let electron: ReturnType<typeof makeElectron>;
let host: DesktopHost;
let closed: string[];
let created: { readonly platform: Platform; readonly options: AppOptions } | undefined;
const servePort = spy();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datayoti-desktop-'));
  mkdirSync(join(folder, 'out', 'renderer', 'assets'), { recursive: true });
  writeFileSync(
    join(folder, 'out', 'renderer', 'index.html'),
    '<title>x</title><meta nonce="__CSP_NONCE__">',
  );
  writeFileSync(join(folder, 'out', 'renderer', 'assets', 'a-1.js'), 'export {};');
  windows.length = 0;
  closed = [];
  servePort.mockReset();
  own = new SessionDouble();
  electron = makeElectron();
  const application = {
    log: silentLog,
    rpc: { servePort },
    close: () => Promise.resolve(void closed.push('application')),
  } as unknown as App;
  host = new DesktopHost({
    electron: electron as unknown as ElectronParts,
    createApp: (platform, options) => {
      created = { platform, options };
      return Promise.resolve(application);
    },
    data: join(folder, 'data'),
    demo: false,
    appVersion: '0.0.0',
    applicationRoot: folder,
    resources: folder,
  });
});
afterEach(async () => {
  electron.app.quit();
  if (existsSync(join(folder, 'data'))) await exited();
  rmSync(folder, { recursive: true });
});

const exited = () => vi.waitFor(() => expect(electron.app.exit).toHaveBeenCalled());

async function opened(): Promise<WindowDouble> {
  host.run();
  electron.app.ready();
  return vi.waitFor(() => {
    const [window] = windows;
    if (window === undefined) throw new Error('no window yet');
    return window;
  });
}

test('sandbox and scheme are set before Electron is ready, and the window loads its own bundle', async () => {
  const window = await opened();
  expect(electron.app.order).toEqual(['sandbox', 'scheme', 'single instance', 'wait until ready']);
  expect(electron.protocol.registerSchemesAsPrivileged).toHaveBeenCalledWith([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ]);
  expect(window.loadURL).toHaveBeenCalledWith('app://bundle/');
  expect(electron.session.fromPartition).toHaveBeenCalledWith(expect.not.stringMatching(/^persist:/));
  expect(window.options.webPreferences).toEqual({
    preload: join(folder, 'out', 'preload', 'preload.cjs'),
    session: own,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  });
});

test('the bundle comes with policy and headers on every answer, and nothing else comes', async () => {
  await opened();
  const get = async (url: string, method = 'GET'): Promise<Response> =>
    (await own.schemes.get('app')?.(new Request(url, { method }))) ?? new Response('no handler');
  for (const path of ['', 'devices', 'assets/a-1.js', 'assets/none.js']) {
    const { headers } = await get(`app://bundle/${path}`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  }
  expect((await get('app://bundle/assets/a-1.js')).headers.get('content-type')).toContain('text/javascript');
  const page = await get('app://bundle/devices');
  const nonce = /nonce="([^"]+)"/.exec(await page.text())?.[1] ?? 'none';
  expect(page.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
  expect((await get('app://other/')).status).toBe(404);
  expect((await get('app://bundle/', 'POST')).status).toBe(404);
  expect((await get('app://bundle/..%2f..%2fpackage.json')).status).toBe(404);
});

test('no session of the window or beside it gives a permission, a device, the network or a file', async () => {
  await opened();
  for (const session of [own, electron.session.defaultSession]) {
    for (const permission of [
      'media',
      'serial',
      'usb',
      'hid',
      'geolocation',
      'notifications',
      'openExternal',
    ]) {
      expect(session.onRequest(permission)).toBe(false);
      expect(session.onCheck(permission)).toBe(false);
    }
    expect(session.onDevice()).toBe(false);
    for (const url of ['https://example.org/', 'ws://127.0.0.1/', 'file:///etc/passwd', 'app://other/'])
      expect([url, session.onUrl(url)]).toEqual([url, true]);
    expect(session.onUrl('app://bundle/assets/a-1.js')).toBe(false);
    expect((await session.schemes.get('file')?.(new Request('file:///etc/passwd')))?.status).toBe(403);
  }
});

test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])(
  '%s leads nowhere else',
  async (event) => {
    const { webContents } = await opened();
    const [away, within] = [spy(), spy()];
    webContents.emit(event, { url: 'https://evil.example/', preventDefault: away });
    webContents.emit(event, { url: 'app://bundle/devices', preventDefault: within });
    expect(away).toHaveBeenCalled();
    expect(within).not.toHaveBeenCalled();
  },
);

test('no webview, no second window; a known address opens outside', async () => {
  const { webContents } = await opened();
  const prevented = spy();
  webContents.emit('will-attach-webview', { preventDefault: prevented });
  expect(prevented).toHaveBeenCalled();
  expect(webContents.onOpen({ url: 'https://evil.example/' })).toEqual({ action: 'deny' });
  expect(electron.shell.openExternal).not.toHaveBeenCalled();
  expect(webContents.onOpen({ url: 'https://mosquitto.org/man/' })).toEqual({ action: 'deny' });
  expect(electron.shell.openExternal).toHaveBeenCalledWith('https://mosquitto.org/man/');
});

test('one port of the own page is served', async () => {
  const { webContents } = await opened();
  const port = { start: spy(), close: spy() };
  const connect = (senderFrame: unknown): boolean =>
    electron.ipcMain.emit('rpc:connect', { sender: webContents, senderFrame, ports: [port] });
  connect({ url: 'https://evil.example/' });
  expect(servePort).not.toHaveBeenCalled();
  connect(webContents.mainFrame);
  expect(servePort).toHaveBeenCalledWith(port);
});

test('what the application tells is shown by the operating system, in the language of the screens', async () => {
  await opened();
  created?.platform.notify?.('One is offline.', 'Look at it.');
  expect(notifications).toEqual([{ title: 'One is offline.', body: 'Look at it.' }]);
  const words = await created?.options.words?.('fr');
  expect(words?.('alerts.nav')).toBe('Alertes');
});

test('a second start of the window ends at once and shows the first', async () => {
  electron.app.single = false;
  host.run();
  expect(electron.app.quit).toHaveBeenCalled();
  expect(electron.app.order).not.toContain('wait until ready');
});

test('being started again shows the window, by Electron or by the web host', async () => {
  const window = await opened();
  electron.app.emit('second-instance');
  expect(window.restore).toHaveBeenCalledTimes(1);
  expect(window.focus).toHaveBeenCalledTimes(1);
  const instance = await runningInstance(join(folder, 'data'));
  if (instance === undefined) throw new Error('the window holds no lock');
  window.focus.mockClear();
  expect(await ask(instance)).toEqual({ link: null });
  expect(window.focus).toHaveBeenCalledTimes(1);
});

test('where the web page runs already with this data, it says so and ends', async () => {
  const lock = await InstanceLock.take(join(folder, 'data'));
  host.run();
  electron.app.ready();
  await exited();
  expect(electron.dialog.showErrorBox).toHaveBeenCalledTimes(1);
  expect(windows).toEqual([]);
  if (lock instanceof InstanceLock) await lock.release();
});

test('closing the window ends the application in order before Electron goes', async () => {
  await opened();
  electron.app.exit.mockImplementation(() => void closed.push('electron'));
  electron.app.emit('window-all-closed');
  electron.app.quit();
  await exited();
  expect(electron.app.prevented).toHaveBeenCalledTimes(2);
  expect(closed).toEqual(['application', 'electron']);
  expect(electron.app.exit).toHaveBeenCalledWith(0);
  expect(existsSync(join(folder, 'data', 'instance.json'))).toBe(false);
});

test('a page that dies is loaded once more; dying again ends all in order, with a word', async () => {
  const { webContents } = await opened();
  webContents.emit('render-process-gone');
  expect(webContents.reload).toHaveBeenCalledTimes(1);
  expect(closed).toEqual([]);
  webContents.emit('render-process-gone');
  await exited();
  expect(webContents.reload).toHaveBeenCalledTimes(1);
  expect(electron.dialog.showErrorBox).toHaveBeenCalledTimes(1);
  expect([closed, electron.app.exit.mock.calls]).toEqual([['application'], [[1]]]);
});

test('an error that nobody caught ends all in order, and is shown once', async () => {
  await opened();
  host.fail(new Error('first'));
  host.fail(new Error('second'));
  await exited();
  expect(electron.dialog.showErrorBox).toHaveBeenCalledTimes(1);
  expect([closed, electron.app.exit.mock.calls]).toEqual([['application'], [[1]]]);
});
