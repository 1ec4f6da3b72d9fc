import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/** Runs where the program is, and hands on what comes through a socket that both sides see. */
const inside = `
const net = require('node:net');
const [path, port] = process.argv.slice(1);
net.createServer((from) => {
  const to = net.connect(Number(port), '127.0.0.1');
  from.pipe(to).pipe(from);
  from.on('error', () => to.destroy());
  to.on('error', () => from.destroy());
}).listen(path, () => console.log('listens'));`;

/**
 * A port of a program in a network namespace of its own, under the same number on loopback here.
 *
 * @param enter words before a command that make it run in there
 */
export async function relayInto(
  enter: readonly string[],
  port: number,
  folder: string,
): Promise<{ stop(): Promise<void> }> {
  const path = join(folder, `relay-${port}.sock`);
  const [first, ...rest] = [...enter, process.execPath, '-e', inside, path, String(port)];
  const child = spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const server = createServer((from) => {
    const to = connect(path);
    from.pipe(to).pipe(from);
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      server.close();
      await gone;
    },
  };
}
