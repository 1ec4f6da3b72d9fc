import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineReport } from '../../shared/contract/docker.ts';
import type { CheckResult } from '../../shared/contract/system.ts';
import { checkEngine } from './check-engine.ts';
import { checkDataFolder, checkDisk } from './check-folder.ts';
import { checkFirewall, checkPorts, type PortParts } from './check-network.ts';
import { result } from './check-result.ts';
import { checkSerial, type SerialAccess } from './check-serial.ts';

export interface DoctorParts extends PortParts {
  readonly dataFolder: string;
  readonly postgresFolder: string | undefined;
  /** Folder of the package `electron`, which holds the desktop runtime once it was fetched. */
  readonly electronFolder: string;
  /** The container engines of this machine. */
  readonly engines: () => Promise<readonly EngineReport[]>;
  /** What the doctor of the ports says of the rights of this account. */
  readonly serialAccess: () => Promise<SerialAccess>;
}

/** What works on this machine and what to do about the rest. Each check stands alone; none changes anything. */
export async function runDoctor(parts: DoctorParts): Promise<readonly CheckResult[]> {
  const { mqttPort } = parts.settings();
  return Promise.all([
    alone('runtime.node', checkRuntime()),
    alone('runtime.desktop', checkDesktop(parts.electronFolder)),
    alone('folder.data', checkDataFolder(parts.dataFolder)),
    alone('disk.free', checkDisk(parts.dataFolder)),
    alone('database.programs', checkPostgres(parts.postgresFolder)),
    ...checkPorts(parts).map((check) => alone('port', check)),
    alone('engine.docker', checkEngine(parts.engines)),
    alone('serial.permission', checkSerial(parts.serialAccess)),
    alone('firewall', checkFirewall(mqttPort)),
    alone('clock', checkClock()),
  ]);
}

/** A check that this system does not let happen says so, and the others still answer. */
function alone(id: string, check: Promise<CheckResult>): Promise<CheckResult> {
  return check.catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return result(id, 'not-looked', 'note', `This could not be looked at: ${reason}`, null, { reason });
  });
}

async function checkDesktop(electronFolder: string): Promise<CheckResult> {
  const web = 'the web page shows the same';
  if (process.versions['electron'] !== undefined)
    return result(
      'runtime.desktop',
      'desktop-runs',
      'ok',
      `The window runs on Electron ${process.versions['electron']}.`,
      null,
      { version: process.versions['electron'] },
    );
  const display = process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'] ?? '';
  if (process.platform === 'linux' && display === '')
    return result('runtime.desktop', 'desktop-no-display', 'note', `No display for a window; ${web}.`);
  if (process.getuid?.() === 0)
    return result('runtime.desktop', 'desktop-root', 'note', `No window is opened for root; ${web}.`);
  const name = await readFile(join(electronFolder, 'path.txt'), 'utf8').catch(() => undefined);
  const there = name !== undefined && (await stat(join(electronFolder, 'dist', name)).catch(() => undefined));
  return there === false || there === undefined
    ? result(
        'runtime.desktop',
        'desktop-missing',
        'note',
        `The desktop runtime is not here; ${web}.`,
        'npm start fetches it while online.',
      )
    : result('runtime.desktop', 'desktop-here', 'ok', 'The desktop runtime is here.');
}

async function checkRuntime(): Promise<CheckResult> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const version = process.versions.node;
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough
    ? result('runtime.node', 'node-right', 'ok', `Node ${version}.`, null, { version })
    : result(
        'runtime.node',
        'node-old',
        'fail',
        `Node ${version} is too old.`,
        'Install Node 20.19 or later.',
        { version },
      );
}

async function checkPostgres(folder: string | undefined): Promise<CheckResult> {
  const program =
    folder === undefined
      ? undefined
      : join(folder, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres');
  const there = program !== undefined && (await stat(program).catch(() => undefined)) !== undefined;
  return there
    ? result('database.programs', 'postgres-here', 'ok', 'The built-in PostgreSQL is installed.')
    : result(
        'database.programs',
        'postgres-missing',
        'fail',
        'The built-in PostgreSQL is not installed for this system.',
        'Run npm start again while online, or use an external database.',
      );
}

async function checkClock(): Promise<CheckResult> {
  const time = new Date().toISOString();
  const year = new Date(time).getUTCFullYear();
  return year >= 2025 && year < 2100
    ? result('clock', 'clock-right', 'ok', `The clock says ${time}.`, null, { time })
    : result(
        'clock',
        'clock-wrong',
        'fail',
        `The clock of this machine says ${year}.`,
        'Set date and time: readings get the wrong time otherwise.',
        { year },
      );
}
