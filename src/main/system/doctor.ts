import { access, constants, readdir, stat, statfs } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Settings } from '../../shared/contract/settings.ts';
import type { CheckResult } from '../../shared/contract/system.ts';
import { canListen, findFreePort, portHolder } from '../foundation/port-holder.ts';

export interface DoctorParts {
  readonly settings: () => Settings;
  readonly dataFolder: string;
  readonly postgresFolder: string | undefined;
  /** Ports that our own running stack holds: no conflict. */
  readonly ownPorts: () => readonly number[];
}

const minimumFreeBytes = 2_000_000_000;
const engineSockets = [
  '/var/run/docker.sock',
  `${process.env['XDG_RUNTIME_DIR'] ?? '/run/user/1000'}/docker.sock`,
  `${process.env['HOME'] ?? ''}/.docker/run/docker.sock`,
];
const engineAnswerMs = 1_500;

/** What works on this machine and what to do about the rest. Each check stands alone; none changes anything. */
export async function runDoctor(parts: DoctorParts): Promise<readonly CheckResult[]> {
  const checks = await Promise.all([
    checkRuntime(),
    checkDataFolder(parts.dataFolder),
    checkDisk(parts.dataFolder),
    checkPostgres(parts.postgresFolder),
    ...checkPorts(parts),
    checkEngine(),
    checkSerial(),
    checkFirewall(),
    checkClock(),
  ]);
  return checks.filter((check) => check !== undefined);
}

function result(
  id: string,
  status: CheckResult['status'],
  finding: string,
  remedy: string | null = null,
  data: CheckResult['data'] = {},
): CheckResult {
  return { id, status, finding, remedy, data };
}

async function checkRuntime(): Promise<CheckResult> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough
    ? result('runtime.node', 'ok', `Node ${process.versions.node}.`)
    : result(
        'runtime.node',
        'fail',
        `Node ${process.versions.node} is too old.`,
        'Install Node 20.19 or later.',
      );
}

async function checkDataFolder(folder: string): Promise<CheckResult> {
  try {
    await access(folder, constants.W_OK | constants.R_OK);
    return result('folder.data', 'ok', `${folder} can be written.`, null, { folder });
  } catch {
    return result(
      'folder.data',
      'fail',
      `${folder} cannot be written.`,
      `Give your account the folder: sudo chown -R "$USER" '${folder}'`,
      { folder },
    );
  }
}

async function checkDisk(folder: string): Promise<CheckResult> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const data = { freeBytes: free, folder };
  const gigabytes = (free / 1e9).toFixed(1);
  if (free < minimumFreeBytes)
    return result(
      'disk.free',
      'warn',
      `Only ${gigabytes} GB of disk are free.`,
      'Move large files elsewhere: a year of 20 sensors needs about 1 GB.',
      data,
    );
  return result('disk.free', 'ok', `${gigabytes} GB of disk are free.`, null, data);
}

async function checkPostgres(folder: string | undefined): Promise<CheckResult> {
  const program =
    folder === undefined
      ? undefined
      : join(folder, 'bin', process.platform === 'win32' ? 'postgres.exe' : 'postgres');
  const there = program !== undefined && (await stat(program).catch(() => undefined)) !== undefined;
  return there
    ? result('database.programs', 'ok', 'The built-in PostgreSQL is installed.')
    : result(
        'database.programs',
        'fail',
        'The built-in PostgreSQL is not installed for this system.',
        'Run npm start again while online, or use an external database.',
      );
}

function checkPorts({ settings, ownPorts }: DoctorParts): Promise<CheckResult>[] {
  const { mqttPort, mqttsPort, websocketPort, postgresPort, brokerAddress, tlsEnabled, websocketEnabled } =
    settings();
  const wanted = [
    { id: 'port.mqtt', port: mqttPort, address: brokerAddress },
    ...(tlsEnabled ? [{ id: 'port.mqtts', port: mqttsPort, address: brokerAddress }] : []),
    ...(websocketEnabled ? [{ id: 'port.websocket', port: websocketPort, address: brokerAddress }] : []),
    { id: 'port.postgres', port: postgresPort, address: '127.0.0.1' },
  ];
  return wanted.map(async ({ id, port, address }) => {
    if (ownPorts().includes(port)) return result(id, 'ok', `Port ${port} is ours.`, null, { port });
    if (await canListen(address, port)) return result(id, 'ok', `Port ${port} is free.`, null, { port });
    const holder = await portHolder(port);
    const freePort = await findFreePort(address, port + 1);
    return result(
      id,
      'warn',
      `Port ${port} is taken${holder === null ? '' : ` by ${holder.program} (process ${holder.pid})`}.`,
      `End that program, or use port ${freePort ?? '?'}.`,
      {
        port,
        program: holder?.program ?? null,
        freePort: freePort ?? null,
      },
    );
  });
}

async function checkEngine(): Promise<CheckResult> {
  if (process.platform === 'win32')
    return result('engine.docker', 'note', 'Docker was not looked for; the embedded stack does not need it.');
  for (const socketPath of engineSockets) {
    const found = await engineVersion(socketPath);
    if (found === 'denied')
      return result(
        'engine.docker',
        'note',
        'Docker runs, but this account may not use it.',
        'sudo usermod -aG docker "$USER", then log in again.',
      );
    if (found !== undefined)
      return result('engine.docker', 'ok', `Docker ${found} answers.`, null, { version: found });
  }
  return result('engine.docker', 'note', 'No Docker engine answers; the embedded stack does not need it.');
}

/** The version, `denied` where the socket may not be opened, `undefined` where nothing answers. */
function engineVersion(socketPath: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/version', timeout: engineAnswerMs }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body = (body + text).slice(0, 100_000);
      });
      response.on('end', () => resolve(/"Version":"([\w.+-]+)"/.exec(body)?.[1]));
    });
    asking.on('timeout', () => asking.destroy());
    asking.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'EACCES' ? 'denied' : undefined),
    );
    asking.end();
  });
}

async function checkSerial(): Promise<CheckResult> {
  if (process.platform !== 'linux')
    return result('serial.permission', 'note', 'Serial ports need no special permission on this system.');
  const names = (await readdir('/dev').catch(() => [])).filter((name) => /^tty(USB|ACM)\d+$/.test(name));
  const denied: string[] = [];
  for (const name of names)
    await access(`/dev/${name}`, constants.R_OK | constants.W_OK).catch(() => denied.push(name));
  if (denied.length > 0)
    return result(
      'serial.permission',
      'warn',
      `This account may not open ${denied.join(', ')}.`,
      'sudo usermod -aG dialout "$USER", then log in again.',
      { ports: denied.join(', ') },
    );
  return result(
    'serial.permission',
    'ok',
    names.length === 0 ? 'No board is plugged in.' : `${names.join(', ')} can be opened.`,
    null,
    { ports: names.join(', ') },
  );
}

async function checkFirewall(): Promise<CheckResult | undefined> {
  if (process.platform !== 'linux') return undefined;
  const ufw = await stat('/usr/sbin/ufw').catch(() => undefined);
  const firewalld = await stat('/usr/sbin/firewalld').catch(() => undefined);
  if (ufw !== undefined)
    return result(
      'firewall',
      'note',
      'The firewall ufw is installed.',
      'If sensors cannot connect: sudo ufw allow 1883/tcp',
    );
  if (firewalld !== undefined)
    return result(
      'firewall',
      'note',
      'The firewall firewalld is installed.',
      'If sensors cannot connect: sudo firewall-cmd --add-port=1883/tcp --permanent && sudo firewall-cmd --reload',
    );
  return result('firewall', 'ok', 'No firewall program was found.');
}

async function checkClock(): Promise<CheckResult> {
  const year = new Date().getUTCFullYear();
  return year >= 2025 && year < 2100
    ? result('clock', 'ok', `The clock says ${new Date().toISOString()}.`)
    : result(
        'clock',
        'fail',
        `The clock of this machine says ${year}.`,
        'Set date and time: readings get the wrong time otherwise.',
      );
}
