import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readTime, TimePlacer, zoneClock, type ZoneClock } from './local-time.ts';

const clockOf = (zone: string): ZoneClock => {
  const clock = zoneClock(zone);
  if (clock === undefined) throw new Error(`no zone ${zone}`);
  return clock;
};
const iso = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();
const read = (text: string, format: Parameters<typeof readTime>[1], zone = 'UTC'): string | undefined => {
  const written = readTime(text, format);
  return written === undefined ? undefined : iso(new TimePlacer(clockOf(zone)).place(written, 'a'));
};

test.each([
  ['2025-11-03T14:30:25.250Z', 'iso', '2025-11-03T14:30:25.250Z'],
  ['2025-11-03T14:30:25+02:00', 'iso', '2025-11-03T12:30:25.000Z'],
  ['2025-11-03 14:30+0200', 'iso', '2025-11-03T12:30:00.000Z'],
  ['2025-11-03 14:30', 'iso', '2025-11-03T14:30:00.000Z'],
  ['2025/11/03 14:30:25,5', 'iso', '2025-11-03T14:30:25.500Z'],
  ['2025-11-03', 'iso', '2025-11-03T00:00:00.000Z'],
  ['3/11/2025 9h05', 'dmy', '2025-11-03T09:05:00.000Z'],
  ['03.11.25 14:30', 'dmy', '2025-11-03T14:30:00.000Z'],
  ['11/03/2025 2:30:25 PM', 'mdy', '2025-11-03T14:30:25.000Z'],
  ['11/03/2025 12:00 AM', 'mdy', '2025-11-03T00:00:00.000Z'],
  ['1762180225', 'epoch-s', '2025-11-03T14:30:25.000Z'],
  ['1762180225.5', 'epoch-s', '2025-11-03T14:30:25.500Z'],
  ['1762180225250', 'epoch-ms', '2025-11-03T14:30:25.250Z'],
] as const)('reads %s as %s', (text, format, wanted) => {
  expect(read(text, format)).toBe(wanted);
});

test.each([
  ['2025-02-29 12:00', 'iso'],
  ['2025-13-01 12:00', 'iso'],
  ['31/04/2025 12:00', 'dmy'],
  ['13/13/2025 12:00', 'mdy'],
  ['2025-11-03 24:00', 'iso'],
  ['2025-11-03 12:60', 'iso'],
  ['03/11/2025 13:00 PM', 'dmy'],
  ['03/11/2025 0:00 AM', 'dmy'],
  ['nonsense', 'iso'],
  ['', 'iso'],
  ['-5', 'epoch-s'],
  ['99999999999999', 'epoch-s'],
] as const)('%s is no time (%s)', (text, format) => {
  expect(readTime(text, format)).toBeUndefined();
});

describe('the clock of a place', () => {
  test('an offset, a place and nonsense', () => {
    expect(read('2025-07-01 12:00', 'iso', '+02:00')).toBe('2025-07-01T10:00:00.000Z');
    expect(read('2025-07-01 12:00', 'iso', '-0330')).toBe('2025-07-01T15:30:00.000Z');
    expect(read('2025-07-01 12:00', 'iso', 'Europe/Paris')).toBe('2025-07-01T10:00:00.000Z');
    expect(read('2025-01-01 12:00', 'iso', 'Europe/Paris')).toBe('2025-01-01T11:00:00.000Z');
    expect(zoneClock('Europe/Atlantis')).toBeUndefined();
    expect(zoneClock('+25:00')).toBeUndefined();
  });

  test('every moment of a year is among those that its wall clock names', () => {
    const zones = [
      'Europe/Paris',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Casablanca',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: Date.UTC(2024, 0, 1) / 60_000, max: Date.UTC(2026, 0, 1) / 60_000 }),
        (zone, minute) => {
          const utcMs = minute * 60_000;
          const parts = new Intl.DateTimeFormat('sv-SE', {
            timeZone: zone,
            dateStyle: 'short',
            timeStyle: 'medium',
          }).format(utcMs);
          expect(clockOf(zone)(Date.parse(`${parts.replace(' ', 'T')}Z`))).toContain(utcMs);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  const walls = (
    from: number,
    to: number,
    stepMinutes: number,
  ): readonly { utcMs: number; wallMs: number }[] => {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Paris',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    const all = [];
    for (let utcMs = from; utcMs < to; utcMs += stepMinutes * 60_000)
      all.push({ utcMs, wallMs: Date.parse(`${format.format(utcMs).replace(' ', 'T')}Z`) });
    return all;
  };

  test.each([1, 5, 10, 15, 30, 60])(
    'the doubled hour of an autumn night comes out right, forwards and backwards, each %i minutes',
    (stepMinutes) => {
      const night = walls(Date.UTC(2025, 9, 25, 20), Date.UTC(2025, 9, 26, 6), stepMinutes);
      for (const lines of [night, [...night].reverse()]) {
        const placer = new TimePlacer(clockOf('Europe/Paris'));
        expect(lines.map(({ wallMs }) => placer.place({ wallMs }, 'a'))).toEqual(
          lines.map(({ utcMs }) => utcMs),
        );
      }
    },
  );

  test('devices whose lines take turns do not disturb each other', () => {
    const placer = new TimePlacer(clockOf('Europe/Paris'));
    const night = walls(Date.UTC(2025, 9, 25, 20), Date.UTC(2025, 9, 26, 6), 10);
    const backwards = [...night].reverse();
    night.forEach(({ utcMs, wallMs }, i) => {
      expect(placer.place({ wallMs }, 'forwards')).toBe(utcMs);
      expect(placer.place({ wallMs: backwards[i]?.wallMs ?? 0 }, 'backwards')).toBe(backwards[i]?.utcMs);
    });
  });

  test('an hour that the clock skipped in spring is no time', () => {
    const placer = new TimePlacer(clockOf('Europe/Paris'));
    expect(placer.place({ wallMs: Date.UTC(2025, 2, 30, 2, 30) }, 'a')).toBeUndefined();
    expect(iso(placer.place({ wallMs: Date.UTC(2025, 2, 30, 3, 0) }, 'a'))).toBe('2025-03-30T01:00:00.000Z');
    expect(iso(placer.place({ wallMs: Date.UTC(2025, 2, 30, 1, 59) }, 'a'))).toBe('2025-03-30T00:59:00.000Z');
  });
});
