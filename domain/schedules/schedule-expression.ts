/** When a schedule runs next: EventBridge Scheduler's cron(), rate() and at() expressions in a time zone. */
import { Cron } from 'croner';
import { Temporal } from 'temporal-polyfill';
import { toCronerPattern } from './cron-fields.ts';

export interface Recurrence {
  /**
   * The first run after an instant; undefined when there is none.
   *
   * @param start when the schedule began to exist: rate() counts from here
   */
  next(after: Date, start: Date): Date | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 *
 * @param timezone IANA name, for example `Europe/Rome`
 * @throws Error saying what AWS would refuse.
 */
export function parseScheduleExpression(expression: string, timezone: string): Recurrence {
  checkTimezone(timezone);
  const [, kind, argument = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression) ?? [];
  switch (kind) {
    case 'cron':
      return parseCron(argument, timezone);
    case 'rate':
      return parseRate(argument);
    case 'at':
      return parseAt(argument, timezone);
    default:
      throw new Error(`${expression} is none of cron(…), rate(…) and at(…)`);
  }
}

/**
 * croner walks the wall clock as if it were UTC and Temporal places it in the zone, because AWS's rule for daylight saving
 * time is not croner's: a time that does not exist is skipped, one that exists twice runs once
 * (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time). AWS does not say which
 * of the two: the first, here.
 */
function parseCron(fields: string, timezone: string): Recurrence {
  const wallClock = new Cron(toCronerPattern(fields), { mode: '7-part', timezone: 'UTC' });
  return {
    next(after) {
      const local = Temporal.Instant.fromEpochMilliseconds(after.getTime())
        .toZonedDateTimeISO(timezone)
        .toPlainDateTime();
      let wall: Date | null = new Date(`${local.toString({ smallestUnit: 'millisecond' })}Z`);
      for (;;) {
        wall = wallClock.nextRun(wall);
        if (wall === null) return undefined;
        const run = placeWallTime(wall, timezone);
        if (run !== undefined && run > after) return run;
      }
    },
  };
}

function placeWallTime(wall: Date, timezone: string): Date | undefined {
  const plain = Temporal.PlainDateTime.from(wall.toISOString().slice(0, -1));
  const zoned = plain.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(plain) ? new Date(zoned.epochMilliseconds) : undefined;
}

/** Days count 24 hours, also over a change of the clock; the first run is at once (same page, "Rate-based schedules"). */
function parseRate(argument: string): Recurrence {
  const [, digits = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/.exec(argument) ?? [];
  const count = Number(digits);
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined || count < 1) {
    throw new Error(
      `rate(${argument}) must be like rate(15 minutes), rate(1 hour) or rate(2 days)`,
    );
  }
  if (count === 1 && plural === 's') throw new Error(`rate(${argument}): write rate(1 ${unit})`);
  if (count > 1 && plural === '') {
    throw new Error(`rate(${argument}): write rate(${count} ${unit}s)`);
  }
  const periodMs = count * unitMs;
  return {
    next(after, start) {
      const elapsed = after.getTime() - start.getTime();
      if (elapsed < 0) return start;
      return new Date(start.getTime() + (Math.floor(elapsed / periodMs) + 1) * periodMs);
    },
  };
}

function parseAt(argument: string, timezone: string): Recurrence {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(argument)) {
    throw new Error(`at(${argument}) must be like at(2027-01-31T08:00:00), without an offset`);
  }
  const at = Temporal.PlainDateTime.from(argument, { overflow: 'reject' });
  const instant = new Date(at.toZonedDateTime(timezone).epochMilliseconds);
  return { next: (after) => (instant > after ? instant : undefined) };
}

function checkTimezone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new Error(`${timezone} is no IANA time zone, such as Europe/Rome`);
  }
}
