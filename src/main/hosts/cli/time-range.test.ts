import { expect, test } from 'vitest';
import { rangeFrom } from './time-range.ts';

const nowMs = Date.UTC(2025, 10, 20, 12);
const day = 86_400_000;

test.each([
  [{}, nowMs - day, nowMs],
  [{ last: '7d' }, nowMs - 7 * day, nowMs],
  [{ last: '6h', to: '2025-11-03' }, Date.UTC(2025, 10, 2, 18), Date.UTC(2025, 10, 3)],
  [
    { from: '2025-10-26T02:30:00+02:00', to: '2025-10-26T02:30:00+01:00' },
    Date.UTC(2025, 9, 26, 0, 30),
    Date.UTC(2025, 9, 26, 1, 30),
  ],
  [{ from: '2025-11-03 14:30:25' }, Date.UTC(2025, 10, 3, 14, 30, 25), nowMs],
])('%j is understood', (words, fromMs, toMs) => {
  expect(rangeFrom(words, nowMs)).toEqual({ fromMs, toMs });
});

test.each([
  [{ from: '2025-11-03', last: '7d' }, 'last'],
  [{ last: '7' }, 'last'],
  [{ last: '0d' }, 'last'],
  [{ from: 'yesterday' }, 'from'],
  [{ to: '2025-13-40' }, 'to'],
])('%j is refused', (words, field) => {
  expect(() => rangeFrom(words, nowMs)).toThrowError(
    expect.objectContaining({ code: 'request.invalid', data: { field } }),
  );
});
