import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SystemFacts } from './evidence.ts';
import { portAccess, type PortAccess } from './port-access.ts';

const debian: SystemFacts = {
  system: 'linux',
  release: 6,
  distribution: ['debian'],
  user: 'marie',
  groups: ['marie'],
  accountGroups: [],
  confinement: null,
  running: [],
};
const arch: SystemFacts = { ...debian, distribution: ['manjaro', 'arch'] };

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'datayoti-access-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A CH340 as sysfs and the device folder have it. */
function plugIn(group = 'dialout'): void {
  const device = join(root, 'sys/devices/1-2');
  mkdirSync(join(device, 'ttyUSB0'), { recursive: true });
  writeFileSync(join(device, 'idVendor'), '1a86\n');
  writeFileSync(join(device, 'idProduct'), '7523\n');
  mkdirSync(join(root, 'sys/class/tty/ttyUSB0'), { recursive: true });
  symlinkSync(join(device, 'ttyUSB0'), join(root, 'sys/class/tty/ttyUSB0/device'));
  mkdirSync(join(root, 'dev'));
  writeFileSync(join(root, 'dev/ttyUSB0'), '');
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/group'), `${group}:x:${process.getgid?.() ?? 0}:\n`);
}

const ask = (facts: SystemFacts, may: boolean): Promise<PortAccess> =>
  portAccess({ facts, root, mayOpen: () => Promise.resolve(may), isSuperuser: false });

test.each([
  ['Debian', debian, 'sudo usermod -aG dialout marie'],
  ['Arch', arch, 'sudo usermod -aG uucp marie'],
])('without a port the group of %s decides', async (_name, facts, command) => {
  expect(await ask(facts, true)).toEqual({ ports: [], denied: [], symptom: 'permission-group', command });
  const group = command.split(' ')[3] ?? '';
  expect((await ask({ ...facts, groups: [group] }, true)).symptom).toBeNull();
  expect(await ask({ ...facts, accountGroups: [group] }, true)).toMatchObject({
    symptom: 'permission-relogin',
    command: null,
  });
  expect(await portAccess({ facts, root, isSuperuser: true })).toMatchObject({ symptom: null });
});

test('a port that is there decides by itself, and names the group that owns it', async () => {
  plugIn('plugdev');
  expect(await ask(debian, true)).toEqual({
    ports: ['/dev/ttyUSB0'],
    denied: [],
    symptom: null,
    command: null,
  });
  expect(await ask(debian, false)).toEqual({
    ports: ['/dev/ttyUSB0'],
    denied: ['/dev/ttyUSB0'],
    symptom: 'permission-group',
    command: 'sudo usermod -aG plugdev marie',
  });
});

test('a port that belongs to the superuser alone needs a rule for that device', async () => {
  plugIn('root');
  const { symptom, command } = await ask(arch, false);
  expect(symptom).toBe('permission-rule');
  expect(command).toContain('ATTRS{idVendor}=="1a86"');
});

test('inside a container the rights count, inside a Flatpak its devices', async () => {
  plugIn('plugdev');
  expect(await ask({ ...debian, confinement: 'container' }, false)).toMatchObject({
    symptom: 'permission-group',
    command: 'sudo usermod -aG plugdev marie',
  });
  expect(await ask({ ...debian, confinement: 'flatpak' }, false)).toMatchObject({
    symptom: 'flatpak',
    command: expect.stringContaining('flatpak override') as unknown,
  });
});

test('other systems have no such rights', async () => {
  const nothing = { ports: [], denied: [], symptom: null, command: null };
  expect(await ask({ ...debian, system: 'windows' }, false)).toEqual(nothing);
});
