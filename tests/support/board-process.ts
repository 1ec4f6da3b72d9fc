import { startCommand, type RunningCommand } from './command-line.ts';
import { startSer2net } from './serial-ports.ts';
import { until } from './until.ts';

export interface BoardProcess {
  /** What `--port` is given. */
  readonly port: string;
  readonly mac: string;
  /** EN with BOOT held: back into the loader, where a line without DTR and RTS needs it. */
  readonly holdBoot: () => Promise<void>;
  /** EN alone. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/**
 * `datayoti virtual-board` behind a pty, in its loader; with `rfc2217` a real ser2net serves that pty; `wired` is its
 * own RFC 2217 port, the only one with DTR and RTS.
 */
export async function startBoardProcess(
  folder: string,
  kind: 'pty' | 'rfc2217' | 'wired',
  options: { readonly mac: string; readonly args?: readonly string[] },
): Promise<BoardProcess> {
  const pty = `${folder}/board-${options.mac.replaceAll(':', '')}`;
  const port = kind === 'wired' ? ['--rfc2217', '0'] : ['--boot', '--pty', pty];
  const args = ['virtual-board', '--json', ...port, '--mac', options.mac];
  const board = startCommand([...args, ...(options.args ?? [])]);
  await until(() => board.lines().length > 0, { what: 'the board is there' });
  const server = kind === 'rfc2217' ? await startSer2net(pty, 'rfc2217') : undefined;
  const own = kind === 'wired' ? String(board.lines()[0]?.['url']) : pty;
  return {
    port: server?.url ?? own,
    mac: options.mac,
    holdBoot: () => obeyed(board, 'boot'),
    reset: () => board.send('reset'),
    stop: async () => {
      await server?.stop();
      board.send('quit');
      await board.ended();
    },
  };
}

async function obeyed(board: RunningCommand, word: string): Promise<void> {
  const before = board.lines().length;
  board.send(word);
  await until(() => board.lines().length > before, { what: `the board has obeyed ${word}` });
}
