import { expect, test } from 'vitest';
import { loginFromLog } from './broker-link.ts';
import { isOfHealthCheck, levelOf } from './service-logs.ts';

const lines = {
  health: [
    '2026-11-24T22:38:42: New connection from 127.0.0.1:48096 on port 1883.',
    "2026-11-24T22:38:42: New client connected from 127.0.0.1:48096 as field-health (p2, c1, k60, u'field-health').",
    '2026-11-24T22:38:42: Client field-health disconnected.',
  ],
  board: [
    '2026-11-24T22:38:42: New connection from 172.18.0.1:48096 on port 1883.',
    "2026-11-24T22:38:42: New client connected from 172.18.0.1:48096 as ESP32Client-1C:69:20:E9:18:24-7 (p2, c0, k90, u'sensor-1C6920E91824').",
    '2026-11-24T22:38:43: Client ESP32Client-1C:69:20:E9:18:24-7 disconnected, not authorised.',
  ],
};

test("the health check's own connections are left out, a board's are not", () => {
  expect(lines.health.map(isOfHealthCheck)).toEqual([true, true, true]);
  expect(lines.board.map(isOfHealthCheck)).toEqual([false, false, false]);
});

test("logins are read from the broker's log: let in by account, refused by the address in the client id", () => {
  const accountOf = (mac: string): string => `sensor-${mac.replaceAll(':', '')}`;
  expect(lines.board.map((line) => loginFromLog(line, accountOf))).toEqual([
    undefined,
    { username: 'sensor-1C6920E91824', accepted: true },
    { username: 'sensor-1C6920E91824', accepted: false },
  ]);
});

test.each([
  ['2026-11-24 22:38:42.1 UTC [31] ERROR:  relation "x" does not exist', 'error'],
  ['logger=alerting t=2026-11-24 level=error msg="x"', 'error'],
  ['2026-11-24T22:38:42: Warning: File x has world readable permissions.', 'warn'],
  ['2026-11-24 22:38:42.1 UTC [1] LOG:  checkpoint complete', 'info'],
  ['an errorless line', 'info'],
] as const)('%s', (text, level) => {
  expect(levelOf(text)).toBe(level);
});
