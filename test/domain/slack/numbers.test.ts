import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePicoUsd } from '../../../domain/money.ts';
import {
  changeInBrackets,
  formatCompact,
  formatShare,
  formatUnitUsd,
  formatUsd,
} from '../../../domain/slack/numbers.ts';
import { picoUsd } from '../spend-alert/example-spend.ts';

describe('dollars', () => {
  test.each([
    ['0', '$0.00'],
    ['810.2', '$810.20'],
    ['1234567.895', '$1,234,567.90'],
    ['0.005', '$0.01'],
    ['0.004999999999', 'under $0.01'],
    ['12345678901234567890.125', '$12,345,678,901,234,567,890.13'],
  ])('%s is %s', (usd, expected) => {
    expect(formatUsd(parsePicoUsd(usd))).toBe(expected);
  });

  test.each([
    ['0', '$0.00'],
    ['0.02', '$0.02'],
    ['0.019671', '$0.0197'],
    ['0.00000123456', '$0.00000123'],
    ['0.000000000001', '$0.000000000001'],
    ['0.99999', '$1.00'],
    ['1.239', '$1.24'],
    ['1234.5', '$1,234.50'],
  ])('a call of %s costs %s', (usd, expected) => {
    expect(formatUnitUsd(parsePicoUsd(usd))).toBe(expected);
  });

  test('what is printed is within half a cent, for any amount', () => {
    fc.assert(
      fc.property(picoUsd, (amount) => {
        const text = formatUsd(amount);
        if (text === 'under $0.01') {
          expect(amount > 0n && amount * 2n < 10n ** 10n).toBe(true);
          return;
        }
        const error = parsePicoUsd(text.replaceAll(/[$,]/g, '')) - amount;
        expect((error < 0n ? -error : error) * 2n <= 10n ** 10n).toBe(true);
      }),
    );
  });
});

describe('changes', () => {
  test.each([
    [100n, 162n, ' (+62 %)'],
    [100n, 100n, ' (0 %)'],
    [1_000n, 996n, ' (0 %)'],
    [1_000n, 1_004n, ' (0 %)'],
    [1_000n, 995n, ' (−1 %)'],
    [200n, 175n, ' (−13 %)'],
    [200n, 225n, ' (+13 %)'],
    [100n, 999n, ' (+899 %)'],
    [100n, 1_000n, ' (10 ×)'],
    [100n, 2_050n, ' (21 ×)'],
    [1n, 1_234_567n, ' (1,234,567 ×)'],
    [100n, 0n, ' (−100 %)'],
    [0n, 5n, ''],
    [null, 5n, ''],
    [5n, null, ''],
  ])('from %s to %s:%s', (previous, current, expected) => {
    expect(changeInBrackets(previous, current)).toBe(expected);
  });

  test('a share is whole per cent, and something is never nothing', () => {
    expect(formatShare(1n, 3n)).toBe('33 %');
    expect(formatShare(1n, 200n)).toBe('1 %');
    expect(formatShare(1n, 201n)).toBe('under 1 %');
    expect(formatShare(0n, 3n)).toBe('0 %');
  });

  test('large counts are short', () => {
    expect([0, 999, 12_345, 81_234_567].map(formatCompact)).toEqual(['0', '999', '12.3K', '81.2M']);
  });
});
