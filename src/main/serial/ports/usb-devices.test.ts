import { expect, test } from 'vitest';
import type { ListedPort } from './port-lister.ts';
import { boardWithoutPort, isBehindHub, listUsbDevices, parseIoreg, parsePnputil } from './usb-devices.ts';

const port = (vendorId: number, productId: number, location: string | null): ListedPort => ({
  path: '/dev/x',
  usb: { vendorId, productId, serialNumber: null, manufacturer: null, product: null },
  location,
  interfaceNumber: null,
});

/** As `ioreg -p IOUSB -l -w0` prints a controller, a hub and an adapter. */
const ioreg = `+-o Root  <class IORegistryEntry, id 0x100000100, retain 30>
  | {
  |   "IOKitBuildVersion" = "Darwin Kernel Version 23.1.0"
  | }
  +-o AppleT8103USBXHCI@00000000  <class AppleT8103USBXHCI, id 0x1000004f2>
  | +-o USB2.0 Hub@00100000  <class IOUSBHostDevice, id 0x100000a01>
  | | {
  | |   "sessionID" = 771882513
  | |   "idProduct" = 2056
  | |   "idVendor" = 6790
  | |   "USB Product Name" = "USB2.0 Hub"
  | | }
  | +-o USB Serial@00120000  <class IOUSBHostDevice, id 0x100000a22>
  |   {
  |     "idProduct" = 29987
  |     "locationID" = 1179648
  |     "idVendor" = 6790
  |   }
`;

/** As pnputil prints devices on a German Windows; the ids stay as they are. */
const pnputil = `Microsoft-PnP-Dienstprogramm

Instanz-ID:                 USB\\VID_1A86&PID_7523\\5&2f4c9ab1&0&3
Gerätebeschreibung:         USB2.0-Ser!
Status:                     Problem

Instanz-ID:                 USB\\VID_303A&PID_1001&MI_00\\6&1b2c3d4e&0&0000
Instanz-ID:                 USB\\VID_303A&PID_1001\\84:F7:03:A0:F3:80
Instanz-ID:                 PCI\\VEN_8086&DEV_A36D\\3&11583659&0&A0
`;

test('lists of macOS and Windows', async () => {
  expect(parseIoreg(ioreg)).toEqual([
    { vendorId: 0x1a86, productId: 0x0808, location: null },
    { vendorId: 0x1a86, productId: 0x7523, location: null },
  ]);
  expect(parsePnputil(pnputil)).toEqual([
    { vendorId: 0x1a86, productId: 0x7523, location: null },
    { vendorId: 0x303a, productId: 0x1001, location: null },
  ]);
  const asked: string[] = [];
  const run = (text: string) => (program: string) => {
    asked.push(program);
    return Promise.resolve(text);
  };
  expect(await listUsbDevices('windows', '/', run(pnputil))).toHaveLength(2);
  expect(await listUsbDevices('darwin', '/', run(ioreg))).toHaveLength(2);
  expect(asked).toEqual(['pnputil', 'ioreg']);
  const absent = (): Promise<string> => Promise.reject(new Error('ENOENT'));
  expect(await listUsbDevices('windows', '/', absent)).toBeNull();
  expect(await listUsbDevices('linux', '/nowhere')).toBeNull();
});

test('a board without a port: by its place where that is known, else by counting', () => {
  const [first, second] = [
    { vendorId: 0x1a86, productId: 0x7523, location: '1-2' },
    { vendorId: 0x1a86, productId: 0x7523, location: '1-3' },
  ];
  expect(boardWithoutPort([first, second], [port(0x1a86, 0x7523, '1-2')])).toBe(second);
  expect(boardWithoutPort([first], [port(0x1a86, 0x7523, '1-2')])).toBeUndefined();
  const placeless = [first, second].map((device) => ({ ...device, location: null }));
  expect(boardWithoutPort(placeless, [port(0x1a86, 0x7523, 'Port_#0001')])).toBe(placeless[1]);
  expect(boardWithoutPort(placeless, [port(0x1a86, 0x7523, 'a'), port(0x1a86, 0x7523, 'b')])).toBeUndefined();
  // A mouse, a hub and an ST-Link are no boards.
  expect(
    boardWithoutPort(
      [
        { vendorId: 0x046d, productId: 0xc077, location: '1-1' },
        { vendorId: 0x1d6b, productId: 2, location: 'usb1' },
        { vendorId: 0x0483, productId: 0x374b, location: '1-4' },
      ],
      [],
    ),
  ).toBeUndefined();
});

test.each([
  ['1-2', 'linux', false],
  ['1-2.4', 'linux', true],
  ['3-1.2.4', 'linux', true],
  ['14200000', 'darwin', false],
  ['14230000', 'darwin', true],
  ['00120000', 'darwin', true],
  ['Port_#0003.Hub_#0002', 'windows', null],
  [null, 'linux', null],
] as const)('%s on %s is behind a hub: %s', (location, system, behind) => {
  expect(isBehindHub(location, system)).toBe(behind);
});
