import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDays,
  daysLeftInMonth,
  instantAtHour,
  localDateOf,
  localTimeOf,
  startOfLocalDay,
  startOfMonth,
} from '../../domain/reporting-days.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Zones whose clocks do something unusual, and one that does nothing. */
const ZONES = [
  'UTC',
  'Europe/Rome',
  'America/New_York',
  'America/Havana',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Africa/Cairo',
  'Asia/Beirut',
  'Pacific/Apia',
  'Pacific/Chatham',
  'America/Santiago',
] as const;

describe('the first instant of a local day', () => {
  test.each([
    ['Europe/Rome', '2026-11-23', '2026-11-22T23:00:00.000Z'],
    ['Asia/Kathmandu', '2026-11-23', '2026-11-22T18:15:00.000Z'],
    ['Asia/Kolkata', '2026-11-23', '2026-11-22T18:30:00.000Z'],
    // Midnight is skipped: the day starts at 01:00.
    ['America/Havana', '2026-03-08', '2026-03-08T05:00:00.000Z'],
    ['Asia/Beirut', '2026-03-29', '2026-03-28T22:00:00.000Z'],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z'],
    // Midnight comes twice: the day starts at the first.
    ['America/Havana', '2026-11-01', '2026-11-01T04:00:00.000Z'],
    // Half an hour of daylight saving.
    ['Australia/Lord_Howe', '2026-04-05', '2026-04-04T13:00:00.000Z'],
    ['Australia/Lord_Howe', '2026-04-06', '2026-04-05T13:30:00.000Z'],
    // The day that Samoa left out is empty.
    ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
    ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
  ])('%s %s is %s', (zone, date, expected) => {
    expect(startOfLocalDay(date, zone).toISOString()).toBe(expected);
  });

  test('is what a scan of every minute with Intl finds, for any day of any zone', () => {
    const days = fc.integer({ min: 0, max: 365 * 45 }).map((day) => addDays('2005-01-01', day));
    const zones = fc.constantFrom(...ZONES);
    fc.assert(
      fc.property(days, zones, (date, zone) => {
        const found = scanForDay(date, zone);
        // A skipped day has no instant: it starts, empty, where the next day does.
        const expected = found ?? scanForDay(addDays(date, 1), zone);
        expect(startOfLocalDay(date, zone).getTime()).toBe(expected);
      }),
      // The days on which the zones' clocks change are few, so they are named.
      { numRuns: 150, examples: CLOCK_CHANGES },
    );
  });

  test('days neither overlap nor leave a gap, and every instant is in its own', () => {
    fc.assert(
      fc.property(
        fc.date({
          min: new Date('2005-01-01'),
          max: new Date('2045-01-01'),
          noInvalidDate: true,
        }),
        fc.constantFrom(...ZONES),
        (instant, zone) => {
          const date = localDateOf(instant, zone);
          expect(startOfLocalDay(date, zone).getTime()).toBeLessThanOrEqual(instant.getTime());
          expect(startOfLocalDay(addDays(date, 1), zone).getTime()).toBeGreaterThan(
            instant.getTime(),
          );
        },
      ),
    );
  });

  test('an evening that St John’s repeated after midnight belongs to the new day', () => {
    // 2010-11-07 00:01 NDT became 2010-11-06 23:01 NST.
    const repeated = new Date('2010-11-07T03:00:00Z');
    expect(localTimeOf(repeated, 'America/St_Johns')).toBe('23:30');
    expect(localDateOf(repeated, 'America/St_Johns')).toBe('2010-11-07');
  });

  test('a zone that does not exist is an error that names it', () => {
    expect(() => startOfLocalDay('2026-11-23', 'Europe/Atlantis')).toThrow(/atlantis/i);
  });
});

describe('an hour of a day', () => {
  test('is that of the clocks, also where they change, and the next one where they skip it', () => {
    const at = (date: string, hour: number, zone: string) =>
      instantAtHour(date, hour, zone).toISOString();
    expect(at('2026-10-24', 8, 'Europe/Rome')).toBe('2026-10-24T06:00:00.000Z');
    expect(at('2026-10-25', 8, 'Europe/Rome')).toBe('2026-10-25T07:00:00.000Z');
    expect(at('2026-03-29', 2, 'Europe/Rome')).toBe('2026-03-29T01:00:00.000Z');
    expect(at('2026-11-23', 0, 'Asia/Kathmandu')).toBe('2026-11-22T18:15:00.000Z');
  });
});

describe('dates', () => {
  test('the rest of a month counts the day itself', () => {
    expect(daysLeftInMonth('2026-11-01')).toBe(30);
    expect(daysLeftInMonth('2026-11-30')).toBe(1);
    expect(daysLeftInMonth('2028-02-28')).toBe(2);
    expect(startOfMonth('2028-02-28')).toBe('2028-02-01');
  });
});

const CLOCK_CHANGES: [string, (typeof ZONES)[number]][] = [
  ['2026-03-08', 'America/Havana'],
  ['2026-11-01', 'America/Havana'],
  ['2026-04-05', 'Australia/Lord_Howe'],
  ['2026-10-04', 'Australia/Lord_Howe'],
  ['2010-03-14', 'America/St_Johns'],
  ['2010-11-07', 'America/St_Johns'],
  ['2026-04-24', 'Africa/Cairo'],
  ['2026-10-30', 'Africa/Cairo'],
  ['2026-03-29', 'Asia/Beirut'],
  ['2026-10-25', 'Asia/Beirut'],
  ['2011-12-29', 'Pacific/Apia'],
  ['2011-12-30', 'Pacific/Apia'],
  ['2011-12-31', 'Pacific/Apia'],
  ['2026-09-06', 'America/Santiago'],
];

/** The first minute whose date in the zone is `date`; undefined when there is none. */
function scanForDay(date: string, zone: string): number | undefined {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  for (
    let time = midnightUtc - 15 * HOUR_MS;
    time < midnightUtc + 37 * HOUR_MS;
    time += MINUTE_MS
  ) {
    if (format.format(time) === date) return time;
  }
  return undefined;
}
