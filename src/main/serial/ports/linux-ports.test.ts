import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { listLinuxPorts } from './linux-ports.ts';

let sysfs = '';
afterEach(() => rmSync(sysfs, { recursive: true, force: true }));

/** A tree laid out as the kernel does: class links into devices, attributes as files. */
function plugIn(name: string, device: string, attributes: Record<string, Record<string, string>>): void {
  const target = join(sysfs, 'devices', device);
  mkdirSync(target, { recursive: true });
  for (const [folder, values] of Object.entries(attributes))
    for (const [attribute, value] of Object.entries(values))
      writeFileSync(join(sysfs, 'devices', folder, attribute), `${value}\n`);
  const link = join(sysfs, 'class/tty', name, 'device');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(target, link);
}

test('terminals with a USB device above them, whatever their driver calls them', async () => {
  sysfs = mkdtempSync(join(tmpdir(), 'datayoti-sysfs-'));
  plugIn('ttyUSB0', 'pci0/usb1/1-2/1-2:1.0/ttyUSB0', {
    'pci0/usb1/1-2': {
      idVendor: '10c4',
      idProduct: 'ea60',
      serial: '0001',
      manufacturer: 'Silicon Labs',
      product: 'CP2102 USB to UART Bridge Controller',
    },
    'pci0/usb1/1-2/1-2:1.0': { bInterfaceNumber: '00' },
  });
  plugIn('ttyACM3', 'pci0/usb1/1-4/1-4.1/1-4.1:1.2', {
    'pci0/usb1/1-4/1-4.1': { idVendor: '303a', idProduct: '1001', serial: '84:F7:03:A0:F3:80' },
    'pci0/usb1/1-4/1-4.1/1-4.1:1.2': { bInterfaceNumber: '02' },
  });
  plugIn('ttyCH343USB0', 'pci0/usb1/1-3/1-3:1.0', {
    'pci0/usb1/1-3': { idVendor: '1a86', idProduct: '55d4' },
  });
  plugIn('ttyS0', 'pnp0/00:00', {});
  plugIn('ttyAMA0', 'platform/uart', {});
  plugIn('ttyprintk', 'platform/printk', {});
  mkdirSync(join(sysfs, 'class/tty/tty1'), { recursive: true });

  const ports = await listLinuxPorts(sysfs);
  expect(Object.fromEntries(ports.map((port) => [port.path, port]))).toEqual({
    '/dev/ttyUSB0': {
      path: '/dev/ttyUSB0',
      location: '1-2',
      interfaceNumber: 0,
      usb: {
        vendorId: 0x10c4,
        productId: 0xea60,
        serialNumber: '0001',
        manufacturer: 'Silicon Labs',
        product: 'CP2102 USB to UART Bridge Controller',
      },
    },
    '/dev/ttyACM3': expect.objectContaining({ location: '1-4.1', interfaceNumber: 2 }) as unknown,
    '/dev/ttyCH343USB0': expect.objectContaining({
      location: '1-3',
      usb: { vendorId: 0x1a86, productId: 0x55d4, serialNumber: null, manufacturer: null, product: null },
    }) as unknown,
    '/dev/ttyAMA0': { path: '/dev/ttyAMA0', usb: null, location: null, interfaceNumber: null },
  });
});

test('this machine can be listed, and a machine without sysfs has no ports', async () => {
  for (const { path } of await listLinuxPorts()) expect(path).not.toMatch(/ttyS\d/);
  sysfs = mkdtempSync(join(tmpdir(), 'datayoti-sysfs-'));
  expect(await listLinuxPorts(sysfs)).toEqual([]);
});
