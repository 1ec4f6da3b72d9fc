import { expect, test } from 'vitest';
import { parseMacAddress } from '../../../shared/domain/mac-address.ts';
import { labelsDue, printsByItself } from './printing.ts';

test.each([
  ['system', 'desktop', true],
  ['system', 'web', false],
  ['system', undefined, false],
  ['on', 'web', true],
  ['off', 'desktop', false],
] as const)('%s in the host %s prints by itself: %s', (choice, host, prints) => {
  expect(printsByItself(choice, host)).toBe(prints);
});

test('labels are due of boards that are ready, not of those to practise on', () => {
  const mac = parseMacAddress('24:6F:28:8B:40:1C') ?? null;
  expect(
    labelsDue([
      { phase: 'ready', mac, address: '/dev/ttyUSB0' },
      { phase: 'ready', mac, address: 'virtual://demo-board-1' },
      { phase: 'needs-you', mac, address: '/dev/ttyUSB1' },
      { phase: 'ready', mac: null, address: '/dev/ttyUSB2' },
    ]),
  ).toEqual([mac]);
});
