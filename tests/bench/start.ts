import { rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { freePorts, newDataFolder, openApplication } from '../support/embedded-application.ts';

/** How long a person waits for the stack: `initdb`, schema and broker on an empty folder, then all of it again. */
const rounds = 5;
const signal = new AbortController().signal;

say(
  `Machine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}; ${rounds} rounds.`,
);
const cold: number[] = [];
const warm: number[] = [];
for (let round = 0; round < rounds; round++) {
  const { folder, data } = newDataFolder(await freePorts());
  const app = await openApplication(data);
  cold.push(await took(() => app.handlers.stack.start({}, signal)));
  await app.handlers.stack.stop({}, signal);
  warm.push(await took(() => app.handlers.stack.start({}, signal)));
  await app.close();
  rmSync(folder, { recursive: true, force: true });
}
report('cold start, first initdb included (aim: under 6 s)', cold);
report('warm start (aim: under 2 s)', warm);
process.exit();

async function took(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function report(name: string, values: number[]): void {
  const seconds = values.toSorted((a, b) => a - b).map((ms) => (ms / 1000).toFixed(2));
  say(`  ${name.padEnd(52)} ${seconds[rounds >> 1] ?? '?'} s in the middle of ${seconds.join(', ')}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
