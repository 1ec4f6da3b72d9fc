import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { WifiNetwork } from '../../../shared/contract/provisioning.ts';
import {
  mergeAccessPoints,
  parseNetsh,
  parseNmcli,
  parseSystemProfiler,
  type AccessPoint,
} from './wifi-lists.ts';

const run = promisify(execFile);
const limitMs = 15_000;

interface Lister {
  readonly program: string;
  readonly args: readonly string[];
  readonly parse: (text: string) => readonly AccessPoint[];
}

const listers: Partial<Record<NodeJS.Platform, Lister>> = {
  linux: {
    program: 'nmcli',
    args: [
      '--terse',
      '--escape',
      'yes',
      '--fields',
      'SSID,SIGNAL,CHAN,FREQ,SECURITY',
      'device',
      'wifi',
      'list',
    ],
    parse: parseNmcli,
  },
  win32: { program: 'netsh', args: ['wlan', 'show', 'networks', 'mode=bssid'], parse: parseNetsh },
  darwin: {
    program: 'system_profiler',
    args: ['-json', 'SPAirPortDataType'],
    parse: parseSystemProfiler,
  },
};

/**
 * The networks that this machine's own radio hears, or `null` where the system does not list them (no radio,
 * no such program, no permission). Names that are not told (hidden networks, privacy of macOS) are absent.
 */
export async function heardNetworks(signal: AbortSignal): Promise<readonly WifiNetwork[] | null> {
  const lister = listers[process.platform];
  if (lister === undefined) return null;
  try {
    const { stdout } = await run(lister.program, lister.args, {
      timeout: limitMs,
      signal,
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    return mergeAccessPoints(lister.parse(stdout));
  } catch {
    return null;
  }
}
