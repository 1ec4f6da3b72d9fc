import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { ensureEngine, localEngine } from '../support/container-engine.ts';
import { freePorts, newDataFolder, openApplication } from '../support/embedded-application.ts';
import { freePort } from '../support/free-port.ts';
import { removeProject } from '../support/stack-folder.ts';
import { ensureStackImages, imageVariables } from '../support/stack-images.ts';

const rounds = Number(process.argv[2] ?? 3);
const idleSeconds = 30;
const aims = { startSeconds: 20, ownSeconds: 2, idlePercent: 2 } as const;
const signal = new AbortController().signal;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The Docker stack with its images present: from the click to all healthy, what of it is our own work, and at rest. */
await main();
process.exit();

async function main(): Promise<void> {
  say(
    `Machine: ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Node ${process.versions.node}; ${rounds} rounds.`,
  );
  const stopEngine = await ensureEngine();
  await ensureStackImages(['mosquitto', 'postgres', 'node', 'grafana']);
  const engine = await localEngine();
  const project = `dyb${randomBytes(4).toString('hex')}`;
  const environment = {
    ...imageVariables,
    COMPOSE_PROJECT_NAME: project,
    INGESTOR_IMAGE: `${project}-ingestor:bench`,
  };
  const made = newDataFolder({ ...(await freePorts()), grafanaPort: await freePort(), stackKind: 'docker' });
  const app = await openApplication(made.data, environment);
  try {
    // The first start builds the ingestor's image; from the second on all images are there.
    await app.handlers.stack.start({}, signal);
    for (let round = 0; round < rounds; round++) {
      await app.handlers.docker.remove({ data: true, typedName: project }, signal);
      const before = process.cpuUsage();
      const started = performance.now();
      await app.handlers.stack.start({}, signal);
      const seconds = (performance.now() - started) / 1000;
      const own = secondsOf(process.cpuUsage(before));
      say(
        `  from nothing to all healthy (aim: under ${aims.startSeconds} s)  ${seconds.toFixed(1)} s, ` +
          `of which our own work (aim: under ${aims.ownSeconds} s) ${own.toFixed(2)} s of processor time, ${((own / seconds) * 100).toFixed(0)} %`,
      );
    }
    const before = process.cpuUsage();
    const started = performance.now();
    await wait(idleSeconds * 1000);
    const percent = (secondsOf(process.cpuUsage(before)) / ((performance.now() - started) / 1000)) * 100;
    say(
      `  status and statistics every 2 s (aim: under ${aims.idlePercent} % of a core)  ${percent.toFixed(2)} %`,
    );
  } finally {
    await app.close();
    await removeProject(engine, project);
    await engine.removeImage(`${project}-ingestor:bench`).catch(() => undefined);
    await engine.close();
    await rm(made.folder, { recursive: true, force: true });
    await stopEngine();
  }
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
