import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { parseScheduleExpression } from '../../../domain/schedules/schedule-expression.ts';

const start = new Date('2026-01-01T00:00:00Z');

function runs(expression: string, zone: string, after: string, count: number): string[] {
  const recurrence = parseScheduleExpression(expression, zone);
  const found: string[] = [];
  let last: Date | undefined = new Date(after);
  while (last !== undefined && found.length < count) {
    last = recurrence.next(last, start);
    if (last !== undefined) found.push(last.toISOString().slice(0, 16));
  }
  return found;
}

describe('schedule expressions', () => {
  test.each<[string, string, string, string[]]>([
    [
      'cron(0 8 * * ? *)',
      'Europe/Rome',
      '2026-03-28T08:00:00Z',
      ['2026-03-29T06:00', '2026-03-30T06:00'],
    ],
    [
      'cron(0/15 8-11 * * ? *)',
      'UTC',
      '2026-11-23T11:30:00Z',
      ['2026-11-23T11:45', '2026-11-24T08:00'],
    ],
    ['cron(0 9 L * ? *)', 'UTC', '2028-02-01T00:00:00Z', ['2028-02-29T09:00', '2028-03-31T09:00']],
    [
      'cron(0 9 15W * ? *)',
      'UTC',
      '2026-08-01T00:00:00Z',
      ['2026-08-14T09:00', '2026-09-15T09:00'],
    ],
    // Day 1 is Sunday: 6 is Friday.
    ['cron(0 9 ? * 6L *)', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-30T09:00', '2026-02-27T09:00']],
    [
      'cron(0 9 ? * 3#2 *)',
      'UTC',
      '2026-01-01T00:00:00Z',
      ['2026-01-13T09:00', '2026-02-10T09:00'],
    ],
    [
      'cron(0 9 ? * MON-FRI *)',
      'UTC',
      '2026-01-02T10:00:00Z',
      ['2026-01-05T09:00', '2026-01-06T09:00'],
    ],
    ['cron(0 9 ? * L *)', 'UTC', '2026-01-01T00:00:00Z', ['2026-01-03T09:00', '2026-01-10T09:00']],
    [
      'cron(0 0 1 1 ? 2027/2)',
      'UTC',
      '2026-01-01T00:00:00Z',
      ['2027-01-01T00:00', '2029-01-01T00:00'],
    ],
    ['cron(0 0 1 1 ? 2025)', 'UTC', '2026-01-01T00:00:00Z', []],
    // Clocks go from 02:00 to 03:00: 02:30 is skipped.
    [
      'cron(30 2 * * ? *)',
      'Europe/Rome',
      '2026-03-28T12:00:00Z',
      ['2026-03-30T00:30', '2026-03-31T00:30'],
    ],
    // Clocks go from 03:00 back to 02:00: 02:30 runs once, the first time.
    [
      'cron(30 2 * * ? *)',
      'Europe/Rome',
      '2026-10-24T12:00:00Z',
      ['2026-10-25T00:30', '2026-10-26T01:30'],
    ],
    [
      'cron(0/30 2 * * ? *)',
      'Europe/Rome',
      '2026-10-25T00:30:00Z',
      ['2026-10-26T01:00', '2026-10-26T01:30'],
    ],
    ['rate(15 minutes)', 'UTC', '2025-12-31T00:00:00Z', ['2026-01-01T00:00', '2026-01-01T00:15']],
    [
      'rate(1 day)',
      'Europe/Rome',
      '2026-03-28T00:00:00Z',
      ['2026-03-29T00:00', '2026-03-30T00:00'],
    ],
    ['at(2026-07-01T08:00:00)', 'Europe/Rome', '2026-01-01T00:00:00Z', ['2026-07-01T06:00']],
  ])('%s in %s', (expression, zone, after, expected) => {
    expect(runs(expression, zone, after, 2)).toEqual(expected);
  });

  test.each([
    ['cron(0 8 * * * *)', /exactly one of day-of-month and day-of-week must be `\?`/],
    ['cron(0 8 ? * ? *)', /exactly one/],
    ['cron(0 8 1 * MON *)', /exactly one/],
    ['cron(0 8 * * ?)', /has 5 fields/],
    ['cron(60 8 * * ? *)', /minutes `60` must be a value from 0 to 59/],
    ['cron(0 24 * * ? *)', /hours `24`/],
    ['cron(0 8 0 * ? *)', /day-of-month `0`/],
    ['cron(0 8 ? * 0 *)', /day-of-week `0` must be a value from 1 to 7/],
    ['cron(0 8 ? * 2/2 *)', /day-of-week `2\/2` must have no step/],
    ['cron(0 8 ? * 3#6 *)', /must be like 3#2/],
    ['cron(0 8 5L * ? *)', /day-of-month `5L` must be just L/],
    ['cron(0 8 * MOON ? *)', /month `MOON`/],
    ['cron(0 8 * * ? 1969)', /year `1969`/],
    ['cron(30-10 8 * * ? *)', /must not run backwards/],
    ['cron(0/0 8 * * ? *)', /must step by a whole number/],
    ['cron(0 8W * * ? *)', /hours `8W`/],
    ['rate(1 minutes)', /write rate\(1 minute\)/],
    ['rate(5 minute)', /write rate\(5 minutes\)/],
    ['rate(0 hours)', /must be like/],
    ['at(2026-07-01T08:00:00Z)', /without an offset/],
    ['every day', /none of cron/],
  ])('%s is refused', (expression, message) => {
    expect(() => parseScheduleExpression(expression, 'UTC')).toThrow(message);
  });
});

/** One field: its text for AWS and whether a value matches it. */
interface Field {
  text: string;
  matches(value: number): boolean;
}

function field(from: number, to: number): fc.Arbitrary<Field> {
  const value = fc.integer({ min: from, max: to });
  return fc.oneof(
    fc.constant({ text: '*', matches: () => true }),
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((list) => ({
      text: list.join(','),
      matches: (candidate: number) => list.includes(candidate),
    })),
    fc.tuple(value, value).map(([a, b]) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return {
        text: `${low}-${high}`,
        matches: (candidate: number) => candidate >= low && candidate <= high,
      };
    }),
    fc.tuple(value, fc.integer({ min: 1, max: to })).map(([first, step]) => ({
      text: `${first}/${step}`,
      matches: (candidate: number) => candidate >= first && (candidate - first) % step === 0,
    })),
  );
}

/** Zones with whole-hour, half-hour and midnight changes of the clock. */
const ZONES = [
  'UTC',
  'Europe/Rome',
  'Australia/Lord_Howe',
  'America/Havana',
  'America/St_Johns',
  'Asia/Kathmandu',
];

describe('cron() against every minute tried one by one', () => {
  const HORIZON_MINUTES = 3 * 24 * 60;

  test('the next run is the first minute whose wall clock matches, without gaps and repeats', () => {
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        fc.constantFrom(...ZONES),
        // Around the changes of 2026 as often as not.
        fc.oneof(
          fc
            .integer({ min: 0, max: 365 * 1440 })
            .map((minutes) => Date.UTC(2026, 0, 1) + minutes * 60_000),
          fc
            .tuple(
              fc.constantFrom(
                '2026-03-08',
                '2026-03-29',
                '2026-04-04',
                '2026-10-03',
                '2026-10-24',
                '2026-11-01',
              ),
              fc.integer({ min: 0, max: 2879 }),
            )
            .map(
              ([day, minutes]) => Date.parse(`${day}T00:00:00Z`) - 86_400_000 + minutes * 60_000,
            ),
        ),
        (minutes, hours, zone, after) => {
          const recurrence = parseScheduleExpression(
            `cron(${minutes.text} ${hours.text} * * ? *)`,
            zone,
          );
          const next = recurrence.next(new Date(after), start);
          const expected = bruteForce(after, zone, minutes, hours);
          if (expected === undefined) {
            expect(next === undefined || next.getTime() > after + HORIZON_MINUTES * 60_000).toBe(
              true,
            );
          } else {
            expect(next?.toISOString()).toBe(new Date(expected).toISOString());
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  function bruteForce(
    after: number,
    zone: string,
    minutes: Field,
    hours: Field,
  ): number | undefined {
    const first = Math.floor(after / 60_000) * 60_000;
    for (let index = 1; index <= HORIZON_MINUTES; index += 1) {
      const candidate = first + index * 60_000;
      const local = Temporal.Instant.fromEpochMilliseconds(candidate).toZonedDateTimeISO(zone);
      if (!minutes.matches(local.minute) || !hours.matches(local.hour)) continue;
      // The second of two equal times: an instant before it had the same wall clock.
      const earlier = local.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'earlier' });
      if (earlier.epochMilliseconds === candidate) return candidate;
    }
    return undefined;
  }
});
