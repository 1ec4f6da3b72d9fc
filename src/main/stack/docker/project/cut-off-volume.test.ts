import { expect, test } from 'vitest';
import { judgeDataFolder } from './cut-off-volume.ts';

const whole = [
  './PG_VERSION',
  './global/pg_control',
  './base/1/PG_VERSION',
  './base/4/PG_VERSION',
  './base/5/PG_VERSION',
  './base/1/1259',
  './pg_wal/000000010000000000000001',
  './postgresql.conf',
];
const folders = ['./base', './base/1', './base/4', './base/5', './global', './pg_wal', './pg_tblspc'];
const judged = (files: readonly string[], empty: readonly string[] = []) =>
  judgeDataFolder([...folders, ...files, ...empty], files);
const without = (...paths: string[]): readonly string[] => whole.filter((path) => !paths.includes(path));

test('a whole data folder, an empty one and one of something else are no matter', () => {
  expect(judged(whole)).toBeUndefined();
  expect(judgeDataFolder([], [])).toBeUndefined();
  expect(judgeDataFolder(['./18', './18/docker', './18/docker/base'], [])).toBeUndefined();
  expect(judgeDataFolder(['./mosquitto.db'], ['./mosquitto.db'])).toBeUndefined();
});

test.each([
  './PG_VERSION',
  './global/pg_control',
  './base/1/PG_VERSION',
  './base/4/PG_VERSION',
  './base/5/PG_VERSION',
])('without %s, or with nothing in it, it was cut off', (path) => {
  expect(judged(without(path))).toEqual({ withoutData: true });
  expect(judged(without(path), [path])).toEqual({ withoutData: true });
});

test.each([
  './base/16384',
  './base/16390/1259',
  './base/5/16385',
  './base/5/16385_fsm',
  './base/5/24576.1',
  './base/5/t3_16400',
  './pg_tblspc/16401',
  './pg_wal/000000010000000000000003',
  './pg_wal/000000020000000000000001',
  './notes.txt',
  './backup/PG_VERSION',
])('with %s in it, it is never taken for one without data', (path) => {
  expect(judged([...without('./PG_VERSION'), path])).toEqual({ withoutData: false });
  expect(judged(whole.concat(path))).toBeUndefined();
});
