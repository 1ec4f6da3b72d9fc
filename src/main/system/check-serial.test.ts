import { expect, test } from 'vitest';
import { checkSerial, type SerialAccess } from './check-serial.ts';

const fine: SerialAccess = { ports: [], denied: [], symptom: null, command: null };
const check = (access: Partial<SerialAccess>) =>
  checkSerial(() => Promise.resolve({ ...fine, ...access }), 'linux');

test('the advice is that of the doctor of the ports', async () => {
  const uucp = { symptom: 'permission-group', command: 'sudo usermod -aG uucp marie' };
  const remedy = 'sudo usermod -aG uucp marie, then log in again.';
  expect(await check(uucp)).toMatchObject({ status: 'note', remedy });
  const ports = ['/dev/ttyUSB0', '/dev/ttyACM0'];
  expect(await check({ ...uucp, ports, denied: ['/dev/ttyACM0'] })).toMatchObject({
    status: 'warn',
    finding: 'This account may not open /dev/ttyACM0.',
    remedy,
    data: { ports: '/dev/ttyACM0' },
  });
  expect((await check({ denied: ['/dev/ttyUSB0'], symptom: 'snap', command: 'CONNECT' })).remedy).toBe(
    'CONNECT',
  );
  expect((await check({ symptom: 'permission-relogin' })).remedy).toMatch(/^Log in again/);
  expect(
    (await check({ denied: ['/dev/ttyUSB0'], symptom: 'permission-rule', command: 'RULE' })).remedy,
  ).toMatch(/plug it in again/);
});

test('no advice where nothing is wrong, and none on other systems', async () => {
  expect(await check({})).toMatchObject({ status: 'ok', remedy: null });
  expect(await check({ ports: ['/dev/ttyUSB0'] })).toMatchObject({
    status: 'ok',
    data: { ports: '/dev/ttyUSB0' },
  });
  const never = (): Promise<SerialAccess> => Promise.reject(new Error('not asked'));
  expect(await checkSerial(never, 'win32')).toMatchObject({ status: 'note', remedy: null });
});
