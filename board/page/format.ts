/** Writes a value the way its column says. Money is never a float: the decimal text of the database is rounded for the eye. */
import type { Format } from '../card.ts';

/** Absent is unknown, which is not zero. */
const UNKNOWN = '–';

type Decimal = Intl.StringNumericLiteral;

const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en-US', options);
const usd = (digits: number) =>
  number({
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });

const CENTS = usd(2);
const FINE = usd(4);
const COUNT = number({ maximumFractionDigits: 0 });
const PERCENT = number({ style: 'percent', maximumFractionDigits: 1 });
const CHANGE = number({ style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
const ONE_DIGIT = number({ maximumFractionDigits: 1 });

export function formatValue(value: string | null, format: Format): string {
  if (value === null) return UNKNOWN;
  switch (format) {
    case 'text':
    case 'day':
      return value;
    case 'time':
      // 2026-11-28 08:15:03.123+00
      return value.replace(/:\d\d(?:\.\d+)?\+00$/, ' UTC');
    case 'count':
      return COUNT.format(value as Decimal);
    case 'usd':
      return smallest(value, CENTS, 0.005, '$0.01');
    case 'usd_fine':
      return Math.abs(Number(value)) >= 1
        ? CENTS.format(value as Decimal)
        : smallest(value, FINE, 0.000_05, '$0.0001');
    case 'percent':
      // Neither is what is not all ever all.
      return Number(value) >= 0.9995 && Number(value) < 1
        ? '> 99.9%'
        : smallest(value, PERCENT, 0.000_5, '0.1%');
    case 'change':
      return CHANGE.format(value as Decimal);
    case 'ms':
      return Number(value) < 1_000
        ? `${COUNT.format(value as Decimal)} ms`
        : formatSeconds(Number(value) / 1_000);
    case 'seconds':
      return formatSeconds(Number(value));
  }
}

/** What is not nothing never reads as nothing. */
function smallest(value: string, format: Intl.NumberFormat, least: number, text: string): string {
  const size = Number(value);
  return size > 0 && size < least ? `< ${text}` : format.format(value as Decimal);
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

function formatSeconds(seconds: number): string {
  if (seconds < 2 * MINUTE) return `${ONE_DIGIT.format(seconds)} s`;
  if (seconds < 2 * HOUR) return `${ONE_DIGIT.format(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${ONE_DIGIT.format(seconds / HOUR)} h`;
  return `${ONE_DIGIT.format(seconds / DAY)} days`;
}

export function isNumber(format: Format): boolean {
  return !['text', 'day', 'time'].includes(format);
}
