import { expect, test } from 'vitest';
import { guessForm } from './guess-form.ts';
import { guessMapping } from './guess-mapping.ts';

const guess = (text: string) => {
  const form = guessForm(Buffer.from(text));
  const lines = form.text
    .trim()
    .split('\n')
    .map((line) => line.split(form.separator));
  return guessMapping(form, lines);
};

test('the own export is recognised by its heading', () => {
  const { ownFormat, mapping } = guess(
    'device_mac_addr,device_name,site_ref,time,temperature,humidity,reception_time\n1C:69:20:E9:18:24,Cellar,S,2025-11-03T14:30:25.000Z,5.5,60,2025-11-03T14:30:26.000Z\n',
  );
  expect(ownFormat).toBe(true);
  expect(mapping).toMatchObject({
    separator: ',',
    device: { column: 0 },
    time: { column: 3, format: 'iso' },
    temperature: { column: 4, unit: 'C' },
    humidity: { column: 5 },
  });
});

test('a French logger: semicolons, decimal commas, day first, date and time apart', () => {
  const { ownFormat, mapping } = guess(
    'N°;Date;Heure;Température (°C);Humidité (%HR);Capteur\n1;31/10/2025;14:30:00;5,5;60,1;Cave\n2;01/11/2025;14:40:00;5,6;60,3;Cave\n',
  );
  expect(ownFormat).toBe(false);
  expect(mapping).toEqual({
    encoding: 'utf-8',
    separator: ';',
    heading: true,
    decimal: ',',
    device: { column: 5 },
    time: { column: 1, clockColumn: 2, format: 'dmy', zone: 'UTC' },
    temperature: { column: 3, unit: 'C' },
    humidity: { column: 4 },
  });
});

test('an American one: month first, Fahrenheit', () => {
  expect(
    guess('timestamp,RH,Temp °F\n10/31/2025 2:30 PM,60,41.5\n11/01/2025 2:30 PM,61,41.9\n').mapping,
  ).toMatchObject({
    time: { column: 0, clockColumn: null, format: 'mdy' },
    temperature: { column: 2, unit: 'F' },
    humidity: { column: 1 },
    decimal: '.',
  });
});

test('without a heading, by what stands there', () => {
  expect(
    guess('1762180225\t5.5\t60\t1c6920e91824\n1762180285\t5.6\t61\t1c6920e91824\n').mapping,
  ).toMatchObject({
    heading: false,
    separator: '\t',
    device: { column: 3 },
    time: { column: 0, format: 'epoch-s' },
    temperature: { column: 1 },
    humidity: { column: 2 },
  });
});
