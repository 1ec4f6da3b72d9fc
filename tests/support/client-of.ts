import { WebSocket } from 'ws';
import type { Client } from '../../src/shared/contract/contract.ts';
import { clientOverSocket } from '../../src/shared/contract/orpc-client.ts';

/** A session with an application that runs, as the page of its link opens one. */
export async function clientOf(link: string): Promise<{ readonly client: Client; close(): void }> {
  const { headers } = await fetch(link, { redirect: 'manual' });
  const cookie = headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const { origin } = new URL(link);
  const socket = new WebSocket(`${origin.replace(/^http/, 'ws')}/rpc`, { headers: { cookie, origin } });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  return {
    client: clientOverSocket(socket as unknown as Parameters<typeof clientOverSocket>[0]),
    close: () => socket.close(),
  };
}
