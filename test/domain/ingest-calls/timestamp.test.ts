import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTimestamp } from '../../../domain/ingest-calls/timestamp.ts';

describe('the start of a call', () => {
  test.each([
    ['2026-11-23T13:00:00Z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23t13:00:00z', '2026-11-23T13:00:00.000Z'],
    ['2026-11-23 13:00:00+00:00', '2026-11-23T13:00:00.000Z'],
    // Python's isoformat gives microseconds; they are truncated, never rounded.
    ['2026-11-23T13:00:00.999999+00:00', '2026-11-23T13:00:00.999Z'],
    ['2026-11-23T13:00:00.5Z', '2026-11-23T13:00:00.500Z'],
    ['2026-11-23T13:00:00+05:45', '2026-11-23T07:15:00.000Z'],
    ['2026-11-23T13:00:00-09:30', '2026-11-23T22:30:00.000Z'],
    ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59.000Z'],
  ])('%s is %s', (text, expected) => {
    expect(parseTimestamp(text)?.toISOString()).toBe(expected);
  });

  test.each([
    '2026-11-23T13:00:00', // no offset: whose time?
    '2026-11-23',
    '1763902800',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T13:60:00Z',
    '2026-11-23T13:00:60Z', // no provider stamps leap seconds, and no partition holds one
    '2026-11-23T13:00:00+24:00',
    '2026-11-23T13:00:00+0100',
    '23 Nov 2026 13:00:00 GMT',
    '',
  ])('%j is refused', (text) => {
    expect(parseTimestamp(text)).toBeUndefined();
  });

  test('every instant, written with any offset and precision, comes back truncated to its millisecond', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1971-01-01'), max: new Date('2200-01-01'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.integer({ min: 0, max: 999_999 }),
        (instant, offset, subMillisecond) => {
          const wall = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const sign = offset < 0 ? '-' : '+';
          const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
          const minutes = String(Math.abs(offset) % 60).padStart(2, '0');
          const nanos = String(subMillisecond).padStart(6, '0');
          expect(parseTimestamp(`${wall}${nanos}${sign}${hours}:${minutes}`)).toEqual(instant);
        },
      ),
    );
  });
});
