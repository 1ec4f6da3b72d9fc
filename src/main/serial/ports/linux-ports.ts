import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { UsbDevice } from '../../../shared/contract/ports.ts';
import type { ListedPort } from './port-lister.ts';

/** Ports without a USB device behind them that are still worth showing: Bluetooth, the pins of a Raspberry Pi. */
const shownWithoutUsb = /^(rfcomm|ttyAMA)\d+$/;

/**
 * Serial ports as sysfs has them (Documentation/ABI/testing/sysfs-bus-usb): every terminal with a USB device
 * above it, under whatever name its driver gives it (`ttyUSB`, `ttyACM`, `ttyCH343USB`, ...), and a few others.
 * Built-in `ttyS*` are left out: most of them have no connector.
 *
 * @param sysfs the mount point of sysfs
 */
export async function listLinuxPorts(sysfs = '/sys'): Promise<readonly ListedPort[]> {
  const names = await readdir(join(sysfs, 'class/tty')).catch(() => []);
  const ports = await Promise.all(
    names
      .filter((name) => !/^(tty\d*|ttyS\d+|console|ptmx)$/.test(name))
      .map((name) => readPort(sysfs, name)),
  );
  return ports.filter((port) => port !== undefined);
}

async function readPort(sysfs: string, name: string): Promise<ListedPort | undefined> {
  // A port that is unplugged while it is read just is not there any more.
  const device = await realpath(join(sysfs, 'class/tty', name, 'device')).catch(() => undefined);
  if (device === undefined) return undefined;
  const path = `/dev/${name}`;
  let interfaceNumber: number | null = null;
  for (let folder = device; folder.length > sysfs.length; folder = dirname(folder)) {
    const number = await attribute(folder, 'bInterfaceNumber');
    if (number !== null) interfaceNumber = Number.parseInt(number, 16);
    const vendor = await attribute(folder, 'idVendor');
    if (vendor === null) continue;
    const usb: UsbDevice = {
      vendorId: Number.parseInt(vendor, 16),
      productId: Number.parseInt((await attribute(folder, 'idProduct')) ?? '0', 16),
      serialNumber: await attribute(folder, 'serial'),
      manufacturer: await attribute(folder, 'manufacturer'),
      product: await attribute(folder, 'product'),
    };
    return { path, usb, location: basename(folder), interfaceNumber };
  }
  if (!shownWithoutUsb.test(name)) return undefined;
  return { path, usb: null, location: null, interfaceNumber: null };
}

async function attribute(folder: string, name: string): Promise<string | null> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}
