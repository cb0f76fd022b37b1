/** Times on the command line: a date, which is 00:00 UTC, or RFC 3339. */
import { InvalidArgumentError } from 'commander';
import { parseTimestamp } from '../domain/ingest-calls/timestamp.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws InvalidArgumentError with how a time looks */
export function parseInstant(text: string): Date {
  const instant = parseTimestamp(DATE.test(text) ? `${text}T00:00:00Z` : text);
  if (instant === undefined) {
    throw new InvalidArgumentError(
      'a time is a date, 2026-11-23 (00:00 UTC), or RFC 3339, 2026-11-23T13:00:00Z',
    );
  }
  return instant;
}

/** @throws InvalidArgumentError with how a date looks */
export function parseDay(text: string): Date {
  if (!DATE.test(text)) throw new InvalidArgumentError('a day is a date, 2026-11-23');
  return parseInstant(text);
}

/** Before any call: from when a price or a name holds that somebody enters and that has no date. */
export const BEFORE_ANY_CALL = '2000-01-01T00:00:00Z';

/**
 * From when a price holds: a whole second, as the price list keeps them.
 *
 * @returns RFC 3339 in UTC
 * @throws InvalidArgumentError with how it looks
 */
export function parseBeginning(text: string): string {
  const instant = parseInstant(text);
  if (instant < new Date(BEFORE_ANY_CALL)) throw new InvalidArgumentError('not before 2000-01-01');
  if (instant.getUTCMilliseconds() !== 0) {
    throw new InvalidArgumentError('a price begins with a whole second');
  }
  return instant.toISOString().replace('.000Z', 'Z');
}
