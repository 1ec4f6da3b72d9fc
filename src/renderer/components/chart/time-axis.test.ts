import { beforeAll, afterAll, expect, test } from 'vitest';
import { momentText, timeTicks } from './time-axis.ts';

const hourMs = 3_600_000;
const before = process.env['TZ'];

beforeAll(() => {
  process.env['TZ'] = 'Europe/Paris';
  // Without this the tests below would prove nothing.
  expect(new Date('2026-07-01T00:00:00Z').getHours()).toBe(2);
});
afterAll(() => {
  if (before === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before;
});

const ticksOf = (from: string, to: string, atMost: number, language = 'en') =>
  timeTicks(Date.parse(from), Date.parse(to), atMost, language);
const labels = (ticks: ReturnType<typeof timeTicks>): readonly string[] => ticks.map(({ label }) => label);

test('a day in local time, the date at midnight', () => {
  const ticks = ticksOf('2026-11-17T09:40:00+01:00', '2026-11-18T09:40:00+01:00', 12);
  expect(labels(ticks)).toEqual([
    '10:00',
    '12:00',
    '14:00',
    '16:00',
    '18:00',
    '20:00',
    '22:00',
    '18 Nov',
    '02:00',
    '04:00',
    '06:00',
    '08:00',
  ]);
  expect(ticks.filter(({ midnight }) => midnight).map(({ label }) => label)).toEqual(['18 Nov']);
});

test('dates are written in the language of the page', () => {
  expect(labels(ticksOf('2026-02-17T09:40:00+01:00', '2026-02-18T09:40:00+01:00', 6, 'fr'))).toContain(
    '18 févr.',
  );
});

test('the hour that spring leaves out has no tick, and the rest stay on even hours', () => {
  const ticks = ticksOf('2026-03-28T20:00:00+01:00', '2026-03-29T12:00:00+02:00', 8);
  expect(labels(ticks)).toEqual(['20:00', '22:00', '29 Mar', '04:00', '06:00', '08:00', '10:00', '12:00']);
  // 02:00 does not exist: from midnight to 04:00 three hours pass.
  const [midnight, four] = [ticks[2]?.atMs ?? 0, ticks[3]?.atMs ?? 0];
  expect(four - midnight).toBe(3 * hourMs);
});

test('the hour that comes twice in autumn is marked once on even hours, twice on every hour', () => {
  const [from, to] = ['2026-10-24T22:00:00+02:00', '2026-10-25T06:00:00+01:00'] as const;
  expect(labels(ticksOf(from, to, 6))).toEqual(['22:00', '25 Oct', '02:00', '04:00', '06:00']);
  expect(labels(ticksOf(from, to, 10))).toEqual([
    '22:00',
    '23:00',
    '25 Oct',
    '01:00',
    '02:00',
    '02:00',
    '03:00',
    '04:00',
    '05:00',
    '06:00',
  ]);
});

test('days are midnights of the clock on the wall on both sides of a change', () => {
  for (const { atMs } of ticksOf('2026-10-20T00:00:00+02:00', '2026-11-01T00:00:00+01:00', 14)) {
    const date = new Date(atMs);
    expect([date.getHours(), date.getMinutes()]).toEqual([0, 0]);
  }
});

test('weeks begin on a Monday, and ticks stay where they are while the range moves', () => {
  const first = ticksOf('2026-01-01T00:00:00+01:00', '2026-03-01T00:00:00+01:00', 10);
  expect(first.every(({ atMs }) => new Date(atMs).getDay() === 1)).toBe(true);
  const moved = ticksOf('2026-01-03T05:00:00+01:00', '2026-03-03T05:00:00+01:00', 10);
  for (const { atMs } of moved.slice(0, 5)) expect(first.map((tick) => tick.atMs)).toContain(atMs);
});

test('a year is told in months, the year at its beginning', () => {
  expect(labels(ticksOf('2025-11-18T09:00:00+01:00', '2026-11-18T09:00:00+01:00', 12))).toEqual([
    'Dec',
    '2026',
    'Feb',
    'Mar',
    'Apr',
    'May',
    'Jun',
    'Jul',
    'Aug',
    'Sept',
    'Oct',
    'Nov',
  ]);
});

test('never more ticks than there is room for, from minutes to centuries', () => {
  for (const span of [60_000, hourMs, 30 * hourMs, 900 * hourMs, 20_000 * hourMs, 8_800_000 * hourMs])
    for (const atMost of [2, 7, 15]) {
      const ticks = timeTicks(Date.UTC(2026, 1, 3), Date.UTC(2026, 1, 3) + span, atMost, 'en');
      expect(ticks.length).toBeLessThanOrEqual(atMost + 1);
    }
  expect(timeTicks(5, 5, 8, 'en')).toEqual([]);
});

test('a moment tells its year only where it is another', () => {
  const now = Date.parse('2026-11-18T09:00:00+01:00');
  expect(momentText(Date.parse('2026-07-14T10:05:00+02:00'), 'en', now)).toBe('14 Jul 10:05');
  expect(momentText(Date.parse('2025-07-14T10:05:00+02:00'), 'fr', now)).toBe('14 juil. 2025 10:05');
});
