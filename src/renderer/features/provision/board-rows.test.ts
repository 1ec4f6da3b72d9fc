import { expect, test } from 'vitest';
import type { Device } from '../../../shared/contract/devices.ts';
import type { PortInfo } from '../../../shared/contract/ports.ts';
import type { BoardJob, RosterEntry } from '../../../shared/contract/provisioning.ts';
import { boardsOf, lookKey, rowsOf, type BoardRow, type Look } from './board-rows.ts';

const port = (address: string): PortInfo => ({
  id: address,
  address,
  kind: 'usb',
  usb: null,
  chip: null,
  maker: null,
  likelyBoard: true,
  nativeUsb: false,
  label: null,
  sinceMs: 1,
});
const look = (mac: string, extra: object = {}): Look =>
  ({
    state: 'known',
    identity: {
      mac,
      blank: true,
      secureDownload: false,
      flashEncryption: false,
      configuration: null,
      ...extra,
    },
  }) as Look;
const device = (mac: string, name: string, siteRef = 'HCS'): Device =>
  ({ mac, name, siteRef, position: `at ${name}`, zoneId: 4 }) as Device;
const macs = ['24:6F:28:8B:40:1C', '24:6F:28:8B:40:66', '24:6F:28:8B:41:B2'];
const row = (index: number, own?: Device): BoardRow => ({
  port: port(`COM${index}`),
  look: look(macs[index] ?? ''),
  job: undefined,
  device: own,
  kind: 'blank',
});
const context = (extra: object = {}): Parameters<typeof boardsOf>[1] => ({
  siteRef: 'HCS',
  drafts: {},
  devices: [],
  roster: [],
  ...extra,
});
const names = (rows: readonly BoardRow[], extra: object = {}): readonly string[] =>
  boardsOf(rows, context(extra)).map((board) => board.name);

test('boards count on from the last name of the site, and from each other', () => {
  const devices = [device('a', 'CR2-04'), device('b', 'CR2-05'), device('c', 'ZZ-99', 'OTHER')];
  expect(names([row(0), row(1)], { devices })).toEqual(['CR2-06', 'CR2-07']);
  expect(names([row(0), row(1)])).toEqual(['HCS-01', 'HCS-02']);
});

test('a name that a person typed moves the count, and a taken one is skipped', () => {
  const devices = [device('a', 'CEL-06'), device('b', 'CR2-05')];
  expect(names([row(0), row(1)], { devices, drafts: { COM0: { name: 'CEL-05' } } })).toEqual([
    'CEL-05',
    'CEL-07',
  ]);
});

test('the roster names by MAC address first, then in the order of plugging in', () => {
  const entry = (mac: string | null, name: string, used = false): RosterEntry => ({
    mac: mac as RosterEntry['mac'],
    siteRef: 'HCS',
    name,
    position: `shelf ${name}`,
    used,
  });
  const roster = [
    entry(null, 'USED', true),
    entry(null, 'FIRST'),
    entry(macs[1] ?? '', 'MINE'),
    entry(null, 'SECOND'),
  ];
  const boards = boardsOf([row(0), row(1), row(2)], context({ roster }));
  expect(boards.map((board) => [board.name, board.position])).toEqual([
    ['FIRST', 'shelf FIRST'],
    ['MINE', 'shelf MINE'],
    ['SECOND', 'shelf SECOND'],
  ]);
});

test('a known sensor keeps its name; one that replaces another takes its name, place and zone', () => {
  const own = device(macs[0] ?? '', 'DCK-03');
  const [first, second] = boardsOf(
    [row(0, own), row(1)],
    context({ devices: [own, device('x', 'CR2-01')], drafts: { COM1: { replaces: 'x' } } }),
  );
  expect(first).toMatchObject({ name: 'DCK-03', position: 'at DCK-03', zoneId: 4, replaces: null });
  expect(second).toMatchObject({ name: 'CR2-01', position: 'at CR2-01', zoneId: 4, replaces: 'x' });
});

test('a zone that was taken off stays off', () => {
  const own = device(macs[0] ?? '', 'DCK-03');
  const [board] = boardsOf([row(0, own)], context({ devices: [own], drafts: { COM0: { zoneId: null } } }));
  expect(board?.zoneId).toBeNull();
});

test('a board in work, a protected one and one that could not be opened are told apart', () => {
  const ports = ['A', 'B', 'C', 'D'].map((name) => port(name));
  const key = (name: string): string => lookKey(port(name));
  const jobs = [{ address: 'A', phase: 'running', mac: null } as BoardJob];
  const looks = {
    [key('A')]: look('m'),
    [key('B')]: look('m', { flashEncryption: true }),
    [key('C')]: { state: 'failed', error: { code: 'serial.port-busy', message: '', data: {} } } as Look,
  };
  expect(rowsOf(ports, looks, jobs, new Map()).map((one) => one.kind)).toEqual([
    'busy',
    'refused',
    'failed',
    'unread',
  ]);
});
