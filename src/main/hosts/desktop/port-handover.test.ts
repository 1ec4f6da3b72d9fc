import { EventEmitter } from 'node:events';
import type { IpcMain, MessagePortMain, WebContents } from 'electron';
import { beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../foundation/log.ts';
import { acceptPorts, connectChannel } from './port-handover.ts';

/** A window's contents and its ports as far as the hand-over touches them. */
function contents(url: string): WebContents {
  return Object.assign(new EventEmitter(), { mainFrame: { url } }) as unknown as WebContents;
}
const newPort = () => ({ close: vi.fn<() => void>(), start: vi.fn<() => void>() });

let ipc: EventEmitter;
let own: WebContents;
const serve = vi.fn<(port: MessagePortMain) => void>();

beforeEach(() => {
  ipc = new EventEmitter();
  own = contents('app://bundle/');
  serve.mockReset();
  acceptPorts(ipc as unknown as IpcMain, () => own, serve, silentLog);
});

function connect(sender: WebContents, senderFrame: unknown, ports: readonly unknown[]): void {
  ipc.emit(connectChannel, { sender, senderFrame, ports });
}

test('a port of our own page is served, and closed when the page goes', () => {
  const port = newPort();
  connect(own, own.mainFrame, [port]);
  expect(serve).toHaveBeenCalledWith(port);
  expect(port.start).toHaveBeenCalled();
  own.emit('did-navigate');
  expect(port.close).toHaveBeenCalled();
});

test.each([
  ['another window', () => connect(contents('app://bundle/'), {}, [newPort()])],
  ['a frame inside the page', () => connect(own, { url: 'app://bundle/' }, [newPort()])],
  ['a frame that is gone', () => connect(own, null, [newPort()])],
  ['no port', () => connect(own, own.mainFrame, [])],
  ['two ports', () => connect(own, own.mainFrame, [newPort(), newPort()])],
])('refused: %s', (_what, attempt) => {
  attempt();
  expect(serve).not.toHaveBeenCalled();
});

test('refused: our window showing a foreign page', () => {
  own = contents('https://evil.example/');
  const port = newPort();
  connect(own, own.mainFrame, [port]);
  expect(serve).not.toHaveBeenCalled();
  expect(port.close).toHaveBeenCalled();
});
