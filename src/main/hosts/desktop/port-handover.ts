import type { IpcMain, MessagePortMain, WebContents, WebFrameMain } from 'electron';
import type { Log } from '../../foundation/log.ts';
import { isOwnPage } from './window-rules.ts';

/** The one message that the preload script may send: it carries a port for the calls. */
export const connectChannel = 'rpc:connect';

interface ConnectEvent {
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain | null;
  readonly ports: readonly MessagePortMain[];
}

/**
 * Accepts a port only from the main frame of our own window showing our own page; closes it when the page
 * goes, so that a reload leaves no listener behind.
 */
export function acceptPorts(
  ipcMain: Pick<IpcMain, 'on'>,
  window: () => WebContents | undefined,
  serve: (port: MessagePortMain) => void,
  log: Log,
): void {
  ipcMain.on(connectChannel, (event) => {
    const { sender, senderFrame, ports } = event as ConnectEvent;
    const [port, ...more] = ports;
    const contents = window();
    const trusted =
      contents !== undefined &&
      sender === contents &&
      senderFrame !== null &&
      senderFrame === contents.mainFrame &&
      isOwnPage(senderFrame.url);
    if (port === undefined || more.length > 0 || !trusted) {
      log.warn('refused a connection that did not come from our page');
      for (const unwanted of ports) unwanted.close();
      return;
    }
    const close = (): void => port.close();
    contents.once('did-navigate', close);
    contents.once('destroyed', close);
    contents.once('render-process-gone', close);
    serve(port);
    port.start();
  });
}
