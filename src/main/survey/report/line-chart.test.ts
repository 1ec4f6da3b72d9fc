import { expect, test } from 'vitest';
import { pieces } from './line-chart.ts';
import { ReportText } from './report-text.ts';
import { reportTicks } from './time-ticks.ts';

test('a line breaks at a gap and where a value is missing, never in between', () => {
  const line = {
    timesMs: [0, 10, 20, 60, 70, 80],
    mean: [1, 2, 3, 4, null, 5],
    min: [],
    max: [],
    gaps: [{ fromMs: 20, toMs: 60 }],
  };
  expect(pieces(line)).toEqual([
    [0, 2],
    [3, 3],
    [5, 5],
  ]);
});

test('ticks stand at midnights of the zone of the report, also across a change of the clock', () => {
  const text = new ReportText('en', 'Europe/Paris');
  const ticks = reportTicks(Date.parse('2026-10-24T10:00:00Z'), Date.parse('2026-10-27T10:00:00Z'), 4, text);
  expect(ticks.map(({ atMs, label }) => [new Date(atMs).toISOString(), label])).toEqual([
    ['2026-10-24T22:00:00.000Z', '25 Oct'],
    ['2026-10-25T23:00:00.000Z', '26 Oct'],
    ['2026-10-26T23:00:00.000Z', '27 Oct'],
  ]);
});

test('numbers are written as the language does, with a minus sign and without signs that the type face lacks', () => {
  const [english, french] = [new ReportText('en', 'UTC'), new ReportText('fr', 'nowhere')];
  expect(french.number(-12_345.67, 1)).toBe('−12\u00A0345,7');
  expect(english.number(-0.04, 1)).toBe('0.0');
  expect([english.share(0.9996), english.share(1)]).toEqual(['99.9\u00A0%', '100.0\u00A0%']);
  expect([french.duration(3 * 86_400_000), english.duration(90_000)]).toEqual(['3\u00A0j', '90\u00A0s']);
  expect(french.timeZone).toBe('UTC');
});
