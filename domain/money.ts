/**
 * Exact US dollars. Inside, an amount is an integer number of pico-dollars (1e-12) in a bigint, the scale of
 * `numeric(20,12)`; outside, it is a decimal string. A JavaScript number never holds money that is summed.
 */

/** Pico-dollars: 1 is 0.000000000001 US dollars. */
export type PicoUsd = bigint;

const SCALE = 12;

/** An exact decimal: `digits` × 10^-`scale`. */
export interface Decimal {
  digits: bigint;
  scale: number;
}

/**
 * Reads plain or exponent notation (`"0.0213"`, `"1e-7"`, and what `String(number)` gives).
 *
 * @returns undefined when the text is not a finite decimal number
 */
export function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Whether two decimals are the same number: 1.50 is 1.5. */
export function isSameDecimal(a: Decimal, b: Decimal): boolean {
  return a.digits * 10n ** BigInt(b.scale) === b.digits * 10n ** BigInt(a.scale);
}

/** `0.35`: without an exponent, and no longer than it must be. */
export function formatDecimal({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  const fraction = text.slice(text.length - scale).replace(/0+$/, '');
  const whole = `${digits < 0n ? '-' : ''}${text.slice(0, text.length - scale)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** What one costs where `price` is that of `per`, a power of ten. */
export function rescale(price: Decimal, per: number): Decimal {
  return { digits: price.digits, scale: price.scale + String(per).length - 1 };
}

/** Rounds half to even at the twelfth decimal, as every price line is. */
export function toPicoUsd({ digits, scale }: Decimal): PicoUsd {
  if (scale <= SCALE) return digits * 10n ** BigInt(SCALE - scale);
  return divideHalfEven(digits, 10n ** BigInt(scale - SCALE));
}

/** The quotient rounded half to even; `divisor` is positive. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  let quotient = dividend / divisor;
  let remainder = dividend % divisor;
  if (remainder < 0n) {
    quotient -= 1n;
    remainder += divisor;
  }
  const twice = remainder * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  return up ? quotient + 1n : quotient;
}

/** A decimal string with twelve decimals, as Postgres prints `numeric(20,12)`. */
export function formatPicoUsd(amount: PicoUsd): string {
  const sign = amount < 0n ? '-' : '';
  const digits = (amount < 0n ? -amount : amount).toString().padStart(SCALE + 1, '0');
  return `${sign}${digits.slice(0, -SCALE)}.${digits.slice(-SCALE)}`;
}

/**
 * Reads a decimal string from Postgres or the configuration.
 *
 * @throws RangeError when it is not a decimal number
 */
export function parsePicoUsd(text: string): PicoUsd {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw new RangeError(`not a decimal number of US dollars: ${text}`);
  return toPicoUsd(decimal);
}
