import { expect, it } from 'vitest';
import type { MacAddress } from './mac-address.ts';
import { RecordingStatistics } from './survey-statistics.ts';

it('tells devices apart, what one did not send, and what is of no device of the recording', () => {
  const one = '02:00:00:00:00:01' as MacAddress;
  const two = '02:00:00:00:00:02' as MacAddress;
  const other = '02:00:00:00:00:03' as MacAddress;
  const statistics = new RecordingStatistics(
    [
      { mac: one, name: 'One' },
      { mac: two, name: 'Two' },
    ],
    { temperature: 0.5, humidity: 2, rssi: 4 },
  );
  statistics.add({ mac: one, timeMs: 0, temperature: 5, humidity: 60, rssi: null });
  statistics.add({ mac: two, timeMs: 10, temperature: 7, humidity: 61, rssi: null });
  statistics.add({ mac: one, timeMs: 20, temperature: null, humidity: null, rssi: -60 });
  statistics.add({ mac: other, timeMs: 30, temperature: 40, humidity: 1, rssi: -90 });
  expect(
    statistics.get().map(({ name, temperature, rssi }) => [name, temperature?.mean, rssi?.mean]),
  ).toEqual([
    ['One', 5, -60],
    ['Two', 7, undefined],
  ]);
});
