import { expect, test } from 'vitest';
import { figuresOf } from './figures.ts';

test('figures carry a true minus, spaced thousands, and the unit of what was measured', () => {
  expect(figuresOf({ dbm: -87, bytes: 18_400, dbPerHour: 3.25 })).toEqual({
    dbm: '−87',
    bytes: '18\u202F400',
    dbPerHour: '3.3',
  });
  expect(figuresOf({ quantity: 'temperature', value: 8.64, limit: 8, side: 'above' })).toEqual({
    quantity: 'temperature',
    value: '8.6\u202F°C',
    limit: '8\u202F°C',
    side: 'above',
  });
  expect(figuresOf({ quantity: 'humidity', value: 91, limit: 85 })).toMatchObject({ value: '91\u202F%RH' });
  expect(figuresOf({ value: 21, readings: 30 })).toEqual({ value: '21', readings: '30' });
});
