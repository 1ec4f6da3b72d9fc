import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SystemName } from '../doctor/evidence.ts';
import type { UsbIdentity } from '../serial-line.ts';
import type { ListedPort } from './port-lister.ts';
import { usbName } from './usb-bridges.ts';

/** A device on the USB, whether or not it has become a port. */
export interface UsbOnBus extends UsbIdentity {
  /** Where it is plugged in, as the list of ports writes it; `null` where the system's list does not say. */
  readonly location: string | null;
}

/** Runs a program and gives what it wrote. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const commandLimitMs = 5_000;
const execute = promisify(execFile);
const runProgram: RunProgram = async (program, args) =>
  (await execute(program, [...args], { timeout: commandLimitMs, maxBuffer: 20_000_000 })).stdout;

/**
 * All devices on the USB: Linux from sysfs, macOS from ioreg(8), Windows from pnputil; `null` where the system
 * does not tell.
 *
 * @param root of the file system, for sysfs
 */
export async function listUsbDevices(
  system: SystemName,
  root = '/',
  run: RunProgram = runProgram,
): Promise<readonly UsbOnBus[] | null> {
  try {
    if (system === 'linux') return await linuxUsbDevices(join(root, 'sys/bus/usb/devices'));
    if (system === 'darwin') return parseIoreg(await run('ioreg', ['-p', 'IOUSB', '-l', '-w0']));
    return parsePnputil(await run('pnputil', ['/enum-devices', '/connected']));
  } catch {
    return null;
  }
}

/** Documentation/ABI/stable/sysfs-bus-usb: a folder for each device, and for each interface one without ids. */
async function linuxUsbDevices(folder: string): Promise<readonly UsbOnBus[]> {
  const names = await readdir(folder);
  const devices = await Promise.all(
    names.map(async (location) => {
      const id = async (file: string): Promise<number> =>
        Number.parseInt(await readFile(join(folder, location, file), 'utf8').catch(() => ''), 16);
      const [vendorId, productId] = [await id('idVendor'), await id('idProduct')];
      return Number.isNaN(vendorId + productId) ? null : { vendorId, productId, location };
    }),
  );
  return devices.filter((device) => device !== null);
}

/** Each entry of the registry begins with `+-o`; its properties follow, numbers in decimal. */
export function parseIoreg(text: string): readonly UsbOnBus[] {
  return text.split('+-o ').flatMap((entry) => {
    const number = (name: string): number => Number(new RegExp(`"${name}" = (\\d+)`).exec(entry)?.[1]);
    const [vendorId, productId] = [number('idVendor'), number('idProduct')];
    return Number.isNaN(vendorId + productId) ? [] : [{ vendorId, productId, location: null }];
  });
}

/**
 * Instance ids (Microsoft Learn, "Standard USB identifiers"): the names around them are translated, they are not.
 * A device of several functions has a line for each of those as well, with `&MI_`.
 */
export function parsePnputil(text: string): readonly UsbOnBus[] {
  return [...text.matchAll(/USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\/gi)].map(
    ([, vendor = '', product = '']) => ({
      vendorId: Number.parseInt(vendor, 16),
      productId: Number.parseInt(product, 16),
      location: null,
    }),
  );
}

/** The first device that is known from boards and of which the system has made no port. */
export function boardWithoutPort(
  devices: readonly UsbOnBus[],
  ports: readonly ListedPort[],
): UsbOnBus | undefined {
  const unclaimed = [...ports];
  return devices.find((device) => {
    if (usbName(device.vendorId, device.productId)?.likelyBoard !== true) return false;
    const index = unclaimed.findIndex(({ usb, location }) =>
      device.location === null
        ? usb?.vendorId === device.vendorId && usb.productId === device.productId
        : location === device.location,
    );
    if (index !== -1) unclaimed.splice(index, 1);
    return index === -1;
  });
}

/** Whether a device hangs on a hub; `null` where its place does not tell. */
export function isBehindHub(location: string | null, system: SystemName): boolean | null {
  if (location === null || system === 'windows') return null;
  // `bus-port.port`, and on macOS eight digits: two of the bus, then one for each port on the way.
  return system === 'linux'
    ? /^\d+-\d+\.\d/.test(location)
    : /^[0-9a-f]{2}[1-9a-f][1-9a-f]/i.test(location.padStart(8, '0'));
}
