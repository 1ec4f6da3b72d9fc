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

/** `datayoti virtual-board` behind a pty, in its loader; with `rfc2217` a real ser2net serves that pty. */
export async function startBoardProcess(
  folder: string,
  kind: 'pty' | 'rfc2217',
  options: { readonly mac: string; readonly args?: readonly string[] },
): Promise<BoardProcess> {
  const pty = `${folder}/board-${options.mac.replaceAll(':', '')}`;
  const args = ['virtual-board', '--json', '--boot', '--pty', pty, '--mac', options.mac];
  const board = startCommand([...args, ...(options.args ?? [])]);
  await until(() => board.lines().length > 0, { what: 'the board is there' });
  const server = kind === 'pty' ? undefined : await startSer2net(pty, 'rfc2217');
  return {
    port: server?.url ?? pty,
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
