import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { isAlive } from './processes.ts';

test('a process that runs is alive, one that has ended and was collected is not', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pid = child.pid ?? 0;
  expect([isAlive(process.pid), isAlive(pid)]).toEqual([true, true]);
  child.stdin.end();
  await once(child, 'exit');
  expect(isAlive(pid)).toBe(false);
});

test.runIf(process.platform === 'linux')('one that nobody collects has ended all the same', async () => {
  // The shell becomes a program that does not ask after the child that the shell had.
  const parent = spawn('sh', ['-c', 'sh -c "read -r line" <&3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  try {
    const [, told, , asked] = parent.stdio;
    if (told === null || !(asked instanceof Writable)) throw new Error('no pipes');
    const [line] = (await once(told, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    asked.end('\n');
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    parent.kill('SIGKILL');
  }
});
