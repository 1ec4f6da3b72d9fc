import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog } from '../../src/main/foundation/log.ts';
import type { DockerEngine } from '../../src/main/stack/index.ts';
import { Database, migrate } from '../../src/main/storage/index.ts';
import { alone } from './file-lock.ts';
import { freePort } from './free-port.ts';
import { sqlFolder } from './ingest-bench.ts';
import { runFolder } from './ready-data.ts';
import { stackImages } from './stack-images.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/** The owner's in a ready volume. The application gives the owner that of its stack at every start. */
export const readyPassword = 'of the ready volume';

/**
 * Gives a project the database volume that a first start would leave: a cluster with our tables, without rows. For
 * tests whose subject is what comes after. It is made once a run, by the database's own image and our own schema, and
 * then copied. The engine's folder must be at hand, and its images there.
 */
export async function putReadyVolume(engine: DockerEngine, project: string): Promise<void> {
  const ready = join(runFolder(), 'ready-volume');
  await alone(`${basename(runFolder())}-volume`, async () => {
    if (!existsSync(ready)) await make(ready);
  });
  const name = `${project}_postgres-data`;
  await engine.createVolume({
    Name: name,
    Labels: { 'com.docker.compose.project': project, 'com.docker.compose.volume': 'postgres-data' },
  });
  const place = (await engine.inspectVolume(name))?.Mountpoint;
  if (place === undefined) throw new Error(`the volume ${name} is not there`);
  // With the owners of the files and of the folder.
  await run('cp', ['-a', '--reflink=auto', `${ready}/.`, place]);
}

async function make(ready: string): Promise<void> {
  const place = `${ready}-in-making`;
  mkdirSync(place);
  const port = await freePort();
  const owner = { user: 'datayoti', password: readyPassword, database: 'datayoti_db' };
  const values = {
    POSTGRES_USER: owner.user,
    POSTGRES_PASSWORD: owner.password,
    POSTGRES_DB: owner.database,
  };
  const { stdout } = await run('docker', [
    'run',
    '--detach',
    ...Object.entries(values).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    `--publish=127.0.0.1:${port}:5432`,
    `--volume=${place}:/var/lib/postgresql/data`,
    stackImages.postgres,
  ]);
  const container = stdout.trim();
  const database = new Database({
    address: { host: '127.0.0.1', port, ...owner },
    applicationName: 'ready volume',
    poolSize: 2,
    log: silentLog,
  });
  try {
    const answers = (): Promise<boolean> => database.query('select 1').then(yes, no);
    await until(answers, { timeoutMs: 90_000, what: 'the database of the ready volume answers' });
    await migrate(database, { folder: sqlFolder, appVersion: '0.1.0', log: silentLog });
    await database.close();
    // In order, so that a copy of it starts without recovery.
    await run('docker', ['stop', '--time', '60', container]);
  } finally {
    await run('docker', ['rm', '--force', '--volumes', container]);
  }
  renameSync(place, ready);
}

const yes = (): boolean => true;
const no = (): boolean => false;
