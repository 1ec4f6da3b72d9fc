import { beforeAll, expect, test } from 'vitest';
import { alerts, boards, notifications, verdicts, type Board } from '../fixtures/bad-day/expected.ts';
import { recording } from '../fixtures/bad-day/record.ts';
import { placesIn, replay, type Replay } from '../support/bad-day.ts';

/** The share of the fleet that is looked at in each second comes round after so long. */
const sweepMs = 20_000;

let day: Replay;
beforeAll(async () => {
  const names = Object.keys(boards) as Board[];
  const macs = (site: string) => names.filter((name) => name.startsWith(site)).map((name) => boards[name]);
  const cold = { temperatureMin: 2, temperatureMax: 8, humidityMin: null, humidityMax: null };
  day = await replay(new URL('../fixtures/bad-day/bad-day.ndjson', import.meta.url), [
    ...placesIn('HARBOUR', macs('H')),
    ...placesIn('LAB', macs('L'), cold),
  ]);
}, 120_000);

const clock = (ms: number | null): string | null =>
  ms === null ? null : new Date(ms).toISOString().slice(11, 19);
const msOf = (time: string): number => Date.parse(`2025-11-20T${time}Z`);

test('the recording is the one that its script makes', async () => {
  await expect(recording).toMatchFileSnapshot('../fixtures/bad-day/bad-day.ndjson');
});

test.each(Object.keys(boards) as Board[])('verdicts on %s over a bad day', (name) => {
  const found = day.verdicts.filter(({ mac }) => mac === boards[name]);
  const wanted = verdicts[name];
  expect(found.map(({ verdict, reason }) => [verdict, reason])).toEqual(
    wanted.map(([, verdict, reason]) => [verdict, reason]),
  );
  for (const [index, [time]] of wanted.entries()) {
    const lateMs = (found[index]?.atMs ?? 0) - msOf(time);
    expect(lateMs, `${name} at ${time}`).toBeGreaterThanOrEqual(0);
    expect(lateMs, `${name} at ${time}`).toBeLessThanOrEqual(sweepMs);
  }
});

test('alerts of a bad day: each that matters once, and no storm', () => {
  const found = day.alerts.map((alert) => ({
    kind: alert.kind,
    scope: alert.scope,
    about: alert.mac ?? alert.siteRef,
    severity: alert.severity,
    devices: alert.deviceCount,
    since: clock(alert.sinceMs),
    raised: clock(alert.raisedMs),
    cleared: clock(alert.clearedMs),
  }));
  expect(found).toEqual(alerts);
  expect(day.notifications).toEqual(notifications);
});
