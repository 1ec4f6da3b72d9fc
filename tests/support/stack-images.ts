import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { debianTree } from './debian-tree.ts';
import { alone } from './file-lock.ts';
import { runFolder } from './ready-data.ts';

const run = promisify(execFile);
const maxBuffer = 50_000_000;
const debian = 'datayoti-test/debian:1';
const packages = [
  'postgresql-17',
  'postgresql-17-timescaledb',
  'mosquitto',
  'mosquitto-clients',
  'nodejs',
  'wget',
  'python3',
];
/** Installed last of them all. */
const proof = 'usr/bin/node';
const folder = fileURLToPath(new URL('stack-images/', import.meta.url));

/** By service; they keep to what the official images document. */
export const stackImages = {
  mosquitto: 'datayoti-test/mosquitto:1',
  postgres: 'datayoti-test/postgres:1',
  node: 'datayoti-test/node:1',
  grafana: 'datayoti-test/grafana:1',
} as const;
export type StackImage = keyof typeof stackImages;

/** The ingestor's as the first stack of a run builds it; it goes with the run. */
export const ingestorImage = (): string => `datayoti-test/ingestor:${basename(runFolder())}`;

/** Variables of compose.yaml that choose the stand-ins, and have them looked at more often: most of a start is that wait. */
export const imageVariables = {
  HEALTH_INTERVAL: '1s',
  MOSQUITTO_IMAGE: stackImages.mosquitto,
  POSTGRES_IMAGE: stackImages.postgres,
  GRAFANA_IMAGE: stackImages.grafana,
  INGESTOR_BASE_IMAGE: stackImages.node,
} as const;

/** Built where they are missing, from Debian 13 as the archive has it; the engine must run. */
export function ensureStackImages(names: readonly StackImage[]): Promise<void> {
  return alone('stack-images', () => buildMissing(names));
}

async function buildMissing(names: readonly StackImage[]): Promise<void> {
  const missing: StackImage[] = [];
  for (const name of names) if (!(await exists(stackImages[name]))) missing.push(name);
  if (missing.length === 0) return;
  if (!(await exists(debian))) {
    const tree = await debianTree(packages, proof);
    const archive = `tar -C ${tree} --exclude=./proc --exclude=./sys --exclude=./var/cache/apt/archives --exclude=./usr/share/doc -c .`;
    await run('sh', ['-c', `${archive} | docker import - ${debian}`], { maxBuffer });
  }
  for (const name of missing) {
    const context = name === 'grafana' ? await grafanaContext() : `${folder}${name}`;
    if (name === 'mosquitto' || name === 'postgres') await chmod(`${context}/docker-entrypoint.sh`, 0o755);
    const args = ['build', '-q', '-t', stackImages[name], '--build-arg', `DEBIAN=${debian}`, context];
    await run('docker', args, { maxBuffer, env: { ...process.env, DOCKER_BUILDKIT: '0' } });
  }
}

/** Its program lies apart, with its own documentation. */
async function grafanaContext(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), 'datayoti-image-'));
  await cp(`${folder}grafana`, context, { recursive: true });
  await cp(`${folder}../grafana-stand-in/grafana-stand-in.py`, join(context, 'grafana-stand-in.py'));
  return context;
}

function exists(image: string): Promise<boolean> {
  return run('docker', ['image', 'inspect', image]).then(
    () => true,
    () => false,
  );
}
