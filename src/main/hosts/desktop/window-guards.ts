import type { Session, WebContents } from 'electron';
import { isOwnPage, isPermissionAllowed, isRequestAllowed } from './window-rules.ts';

/** No permission but the table's, no device, and no request beyond the window's own bundle: no network, no file. */
export function hardenSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, decide) =>
    decide(isPermissionAllowed(permission)),
  );
  session.setPermissionCheckHandler((_contents, permission) => isPermissionAllowed(permission));
  session.setDevicePermissionHandler(() => false);
  session.protocol.handle('file', () => new Response('refused', { status: 403 }));
  session.webRequest.onBeforeRequest((details, decide) => decide({ cancel: !isRequestAllowed(details.url) }));
}

/** Neither the page nor a frame of it goes elsewhere; a link that wants a new window gets none. */
export function refuseToLeave(contents: WebContents, openOutside: (url: string) => void): void {
  const refuse = (event: { preventDefault(): void; readonly url: string }): void => {
    if (!isOwnPage(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', refuse);
  contents.on('will-redirect', refuse);
  contents.on('will-frame-navigate', refuse);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    openOutside(url);
    return { action: 'deny' };
  });
}
