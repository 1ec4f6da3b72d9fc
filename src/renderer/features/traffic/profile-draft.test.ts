import { expect, test } from 'vitest';
import { draftFaults, draftOf, inputOf, withScheme } from './profile-draft.ts';

const good = { ...draftOf(undefined), name: ' Site broker ', host: ' broker.local ' };
const keep = { password: false, key: false };

test('another scheme brings its usual port, but leaves one that was chosen', () => {
  expect(withScheme(good, 'mqtts').port).toBe('8883');
  expect(withScheme({ ...good, port: '1884' }, 'mqtts').port).toBe('1884');
});

test('what cannot be taken is named', () => {
  expect(draftFaults(good)).toEqual({});
  expect(draftFaults({ ...draftOf(undefined), port: '70000', keepAliveSeconds: '1', filter: '' })).toEqual({
    name: 'missing',
    host: 'missing',
    port: 'port',
    keepAliveSeconds: 'keepAlive',
    filter: 'filter',
  });
  expect(draftFaults({ ...good, host: 'a/b' })).toEqual({ host: 'host' });
  expect(draftFaults({ ...good, scheme: 'wss', path: 'mqtt' })).toEqual({ path: 'path' });
  expect(draftFaults({ ...good, scheme: 'mqtt', path: 'mqtt' })).toEqual({});
});

test('secrets that are not typed stay as they are kept, or go', () => {
  expect(inputOf(good, null, keep)).toMatchObject({
    name: 'Site broker',
    host: 'broker.local',
    password: '',
    key: '',
  });
  expect(inputOf(good, 'a', keep)).toMatchObject({ password: null, key: null });
  expect(inputOf({ ...good, password: 'new' }, 'a', { password: true, key: true })).toMatchObject({
    password: 'new',
    key: '',
  });
});
