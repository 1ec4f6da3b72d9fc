import type { WebPreferences } from 'electron';
import { isBoardPage } from '../../../shared/domain/board-page.ts';

/** The renderer's only origin. */
export const bundleScheme = 'app';
export const bundleOrigin = 'app://bundle';

/** Hosts whose https pages may be opened in the person's own browser. */
const openableHosts: ReadonlySet<string> = new Set([
  'github.com',
  'docs.espressif.com',
  'www.postgresql.org',
  'mosquitto.org',
]);

/** Every switch of Electron's security checklist, set even where it is the default. */
export function webPreferences(preload: string, packaged: boolean): WebPreferences {
  return {
    preload,
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
    devTools: !packaged,
  };
}

/** May a link be handed to the system's browser? */
export function isOpenable(text: string): boolean {
  const url = parseUrl(text);
  return (
    isBoardPage(text) ||
    (url?.protocol === 'https:' && url.username === '' && url.port === '' && openableHosts.has(url.hostname))
  );
}

/** May the window itself go there? Only within its own bundle. */
export function isOwnPage(text: string): boolean {
  const url = parseUrl(text);
  // Custom schemes have the origin "null" in the URL standard, so scheme and host are compared.
  return url?.protocol === `${bundleScheme}:` && url.host === 'bundle';
}

/** Request path of a bundle request; `undefined` for anything that is not a plain GET of our own host. */
export function bundlePath(method: string, text: string): string | undefined {
  const url = parseUrl(text);
  return method === 'GET' && url !== undefined && isOwnPage(text) ? url.pathname : undefined;
}

/** Nothing of the network: the renderer talks through its port alone. */
export function isRequestAllowed(text: string): boolean {
  const url = parseUrl(text);
  return url !== undefined && (isOwnPage(text) || ['devtools:', 'data:', 'blob:'].includes(url.protocol));
}

/** Permissions that a page may have; everything else is denied without asking. */
export function isPermissionAllowed(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
