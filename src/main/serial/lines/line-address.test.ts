import { expect, test } from 'vitest';
import { parseLineAddress } from './line-address.ts';

test.each([
  ['/dev/ttyUSB0', { kind: 'device' }],
  ['/dev/cu.usbserial-0001', { kind: 'device' }],
  ['COM11', { kind: 'device' }],
  ['\\\\.\\COM11', { kind: 'device' }],
  ['virtual://demo', { kind: 'virtual' }],
  ['socket://pi.local:4000', { kind: 'socket', host: 'pi.local', port: 4000, ignoreSetControl: false }],
  ['socket://192.168.1.20:80', { kind: 'socket', host: '192.168.1.20', port: 80 }],
  [
    'rfc2217://[fe80::1]:4000?ign_set_control&timeout=3',
    { kind: 'rfc2217', host: 'fe80::1', port: 4000, ignoreSetControl: true },
  ],
  ['RFC2217://Pi.local:4000/', { kind: 'rfc2217', host: 'pi.local', port: 4000 }],
])('%s is understood', (address, expected) => {
  expect(parseLineAddress(address)).toMatchObject({ address, ...expected });
});

test.each([
  '',
  'ttyUSB0',
  'COM',
  '/dev/tty\nUSB0',
  'http://pi:80',
  'socket://pi',
  'socket://:4000',
  'socket://pi:0',
  'socket://pi:65536',
  'socket://[fe80::1]',
  'rfc2217://user:secret@pi:4000',
])('%j is refused', (address) => {
  expect(() => parseLineAddress(address)).toThrow(
    expect.objectContaining({ code: 'serial.address-invalid' }) as Error,
  );
});
