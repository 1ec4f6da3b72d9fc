import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { end } from './serial-ports.ts';
import { until } from './until.ts';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../', import.meta.url));
const build = join(project, 'node_modules/.cache/datayoti-sensor-host');

/** What its build needs: a compiler, CMake and libmosquitto's header. */
export const canBuildSensorHost =
  process.env['CI'] === 'true' ||
  ['/usr/bin/cc', '/usr/bin/cmake', '/usr/include/mosquitto.h'].every((path) => existsSync(path));

/** The firmware's core as a program of this machine; built anew only where its sources changed. */
export async function buildSensorHost(): Promise<void> {
  await run('cmake', ['-S', join(project, 'firmware/host'), '-B', build]);
  await run('cmake', ['--build', build, '--parallel', '2']);
}

export interface SensorHost {
  /** The serial line, as a port of this machine. */
  readonly port: string;
  /** What it has logged. */
  readonly log: () => string;
  readonly says: (text: string) => Promise<void>;
  /** Its NVS partition as it is now. */
  readonly nvs: () => Buffer;
  /** As a power cut does; nothing of what sanitizers look for was found. */
  readonly stop: () => Promise<void>;
}

export interface HeardNetwork {
  readonly ssid: string;
  readonly password: string;
  readonly rssi: number;
}

/** @param air the networks that it hears; without, whatever it asks for is there */
export async function startSensorHost(
  folder: string,
  mac: string,
  nvs: Uint8Array,
  options: { readonly air?: readonly HeardNetwork[]; readonly args?: readonly string[] } = {},
): Promise<SensorHost> {
  const at = (name: string): string => join(folder, `${mac.replaceAll(':', '')}-${name}`);
  const air = (options.air ?? []).map(({ ssid, password, rssi }) => `${ssid}\t${password}\t${rssi}\n`);
  writeFileSync(at('nvs'), nvs);
  writeFileSync(at('air'), air.join(''));
  const args = ['--mac', mac, '--nvs', at('nvs'), '--log', at('log'), '--uart', at('uart')];
  if (options.air !== undefined) args.push('--air', at('air'));
  const child = spawn(join(build, 'datayoti-sensor-host'), [...args, ...(options.args ?? [])]);
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const says = async (text: string): Promise<void> => {
    try {
      await until(() => log.includes(text), { what: `the sensor says "${text}"` });
    } catch (error) {
      throw new Error(`${String(error)}; it said:\n${log}`, { cause: error });
    }
  };
  await says('DataYoti sensor');
  return {
    port: at('uart'),
    log: () => log,
    says,
    nvs: () => readFileSync(at('nvs')),
    stop: async () => {
      await end(child);
      if (child.exitCode !== 0) throw new Error(`the sensor ended with ${child.exitCode}:\n${log}`);
    },
  };
}
