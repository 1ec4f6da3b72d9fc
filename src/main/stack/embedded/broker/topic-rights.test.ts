import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MacAddress } from '../../../../shared/domain/mac-address.ts';
import { mayPublish, maySubscribe } from './topic-rights.ts';

const mac = '1C:69:20:E9:18:24' as MacAddress;
const device = { role: 'device', mac } as const;
const topics = fc.oneof(
  fc.string(),
  fc.constantFrom('data', 'cmd', '../x', '#', '+').map((end) => `datayoti/sensor/1C:69:20:E9:18:25/${end}`),
);

test('a device publishes below its own MAC address and nowhere else', () => {
  expect(mayPublish(device, `datayoti/sensor/${mac}/data`)).toBe(true);
  expect(mayPublish(device, `datayoti/sensor/${mac}/log/boot`)).toBe(true);
  expect(mayPublish(device, `datayoti/sensor/${mac}/cmd`)).toBe(false);
  expect(mayPublish(device, `datayoti/sensor/${mac}`)).toBe(false);
  fc.assert(fc.property(topics, (topic) => !mayPublish(device, topic)));
});

test('a device reads its own commands and the time, and no wildcard', () => {
  expect(maySubscribe(device, `datayoti/sensor/${mac}/cmd`)).toBe(true);
  expect(maySubscribe(device, 'datayoti/time')).toBe(true);
  fc.assert(fc.property(topics, (filter) => !maySubscribe(device, filter)));
  for (const filter of ['#', 'datayoti/#', 'datayoti/sensor/+/cmd', `datayoti/sensor/${mac}/#`])
    expect(maySubscribe(device, filter)).toBe(false);
});

test('the other roles', () => {
  const sensors = { role: 'sensors', mac: null } as const;
  expect(mayPublish(sensors, `datayoti/sensor/${mac}/data`)).toBe(true);
  expect(mayPublish(sensors, `datayoti/sensor/${mac}/cmd`)).toBe(false);
  expect(mayPublish(sensors, 'datayoti/time')).toBe(false);
  expect(maySubscribe(sensors, '#')).toBe(false);
  const reader = { role: 'reader', mac: null } as const;
  expect(maySubscribe(reader, '#')).toBe(true);
  expect(mayPublish(reader, 'x')).toBe(false);
  const admin = { role: 'admin', mac: null } as const;
  expect(mayPublish(admin, `datayoti/sensor/${mac}/cmd`)).toBe(true);
  expect(mayPublish(admin, '$SYS/x')).toBe(false);
});
