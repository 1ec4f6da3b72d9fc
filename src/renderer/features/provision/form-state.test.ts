import { expect, test } from 'vitest';
import type { WifiNetwork } from '../../../shared/contract/provisioning.ts';
import { choicesOf, emptyForm, formProblem, isHost, settingsOf, wifiProblem } from './form-state.ts';

const network = (ssid: string, rssi: number, extra: Partial<WifiNetwork> = {}): WifiNetwork => ({
  ssid,
  rssi,
  channel: 6,
  band: '2.4',
  secured: true,
  accessPoints: 1,
  ...extra,
});
const good = {
  ...emptyForm,
  siteRef: 'HCS',
  wifiSsid: 'HCS-Sensors',
  wifiPassword: 'correct horse',
  mqttHost: '192.168.50.10',
  firmwareId: 'abc',
};

test('names are measured in bytes, passwords in characters', () => {
  expect(wifiProblem('é'.repeat(16), 'password', false)).toBeNull();
  expect(wifiProblem('é'.repeat(17), 'password', false)).toBe('wifiLong');
  expect(wifiProblem('a', '1234567', false)).toBe('passwordShort');
  expect(wifiProblem('a', 'x'.repeat(63), false)).toBeNull();
  expect(wifiProblem('a', 'x'.repeat(64), false)).toBe('passwordLong');
  expect(wifiProblem('a', '', false)).toBe('password');
  expect(wifiProblem('a', '', true)).toBeNull();
  expect(wifiProblem('a', null, false)).toBeNull();
});

test('the first gap of the form is told, from top to bottom', () => {
  expect(formProblem(good, [])).toBeNull();
  expect(formProblem({ ...good, siteRef: '', wifiSsid: '' }, [])).toBe('site');
  expect(formProblem({ ...good, wifiSsid: '', mqttHost: '' }, [])).toBe('wifi');
  expect(formProblem({ ...good, mqttHost: 'not a host' }, [])).toBe('host');
  expect(formProblem({ ...good, firmwareId: '' }, [])).toBe('firmware');
  expect(formProblem({ ...good, firmwareId: null }, [])).toBeNull();
});

test('a network that is heard open needs no password, and is given none', () => {
  const open = [network('HCS-Sensors', -50, { secured: false })];
  expect(formProblem({ ...good, wifiPassword: '' }, open)).toBeNull();
  expect(settingsOf(good, open).wifiPassword).toBe('');
  expect(settingsOf(good, []).wifiPassword).toBe('correct horse');
});

test('one entry per name, the strongest first, those with 5 GHz only last', () => {
  const choices = choicesOf([
    network('A', -70),
    network('B', -40, { band: '5' }),
    network('A', -60, { band: '5' }),
    network('C', -65),
    network('', -30),
  ]);
  expect(choices.map(({ ssid, rssi, band }) => [ssid, rssi, band])).toEqual([
    ['A', -60, 'both'],
    ['C', -65, '2.4'],
    ['B', -40, '5'],
  ]);
});

test('addresses and host names pass, slips do not', () => {
  expect(['192.168.1.1', 'broker.local', 'a'].every(isHost)).toBe(true);
  expect(['192.168.1.256', '192.168.1', 'a b', '-a', 'http://a', ''].some(isHost)).toBe(false);
});
