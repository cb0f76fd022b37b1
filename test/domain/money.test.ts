import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  divideHalfEven,
  formatDecimal,
  formatPicoUsd,
  isSameDecimal,
  parseDecimal,
  parsePicoUsd,
  toPicoUsd,
} from '../../domain/money.ts';

describe('exact US dollars', () => {
  test.each([
    ['0', '0.000000000000'],
    ['0.0213', '0.021300000000'],
    ['1e-7', '0.000000100000'],
    ['12345678.9', '12345678.900000000000'],
    ['-0.5', '-0.500000000000'],
    // Half to even at the twelfth decimal.
    ['0.0000000000005', '0.000000000000'],
    ['0.0000000000015', '0.000000000002'],
    ['0.00000000000150000001', '0.000000000002'],
    ['-0.0000000000015', '-0.000000000002'],
    ['2.5e1', '25.000000000000'],
  ])('%s is %s', (text, expected) => {
    expect(formatPicoUsd(parsePicoUsd(text))).toBe(expected);
  });

  test.each(['', 'NaN', 'Infinity', '1,5', '0x10', '1e', ' 1', '1.', '.5'])(
    '%j is not a decimal number',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
      expect(() => parsePicoUsd(text)).toThrow(RangeError);
    },
  );

  test('what it prints it reads back, for any amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (amount) => {
        expect(parsePicoUsd(formatPicoUsd(amount))).toBe(amount);
      }),
    );
  });

  test('a decimal is written without an exponent and without zeros that say nothing', () => {
    const written = (text: string) => formatDecimal(parseDecimal(text) ?? { digits: 1n, scale: 0 });
    const texts = ['0', '0.30', '-0.05', '100', '1e3', '1e-7', '-12.5'];
    expect(texts.map(written)).toEqual(['0', '0.3', '-0.05', '100', '1000', '0.0000001', '-12.5']);
    fc.assert(
      fc.property(fc.bigInt(), fc.nat({ max: 30 }), (digits, scale) => {
        const read = parseDecimal(formatDecimal({ digits, scale }));
        expect(read && isSameDecimal(read, { digits, scale })).toBe(true);
      }),
    );
  });

  test('any finite JavaScript number is read as the shortest decimal that denotes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const decimal = parseDecimal(String(number));
        if (decimal === undefined) throw new Error(`not read: ${number}`);
        expect(Number(`${decimal.digits}e-${decimal.scale}`)).toBe(number === 0 ? 0 : number);
      }),
    );
  });

  test('rounding is within half a unit, and to even when exactly half', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 9n }), (dividend, divisor) => {
        const quotient = divideHalfEven(dividend, divisor);
        const error = 2n * (quotient * divisor - dividend);
        const distance = error < 0n ? -error : error;
        expect(distance <= divisor).toBe(true);
        if (distance === divisor) expect(quotient % 2n).toBe(0n);
      }),
    );
  });

  test('twelve decimals or fewer are kept to the digit', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 20n }),
        fc.integer({ min: 0, max: 12 }),
        (digits, scale) => {
          expect(toPicoUsd({ digits, scale }) * 10n ** BigInt(scale)).toBe(digits * 10n ** 12n);
        },
      ),
    );
  });
});
