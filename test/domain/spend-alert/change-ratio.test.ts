import { expect, test } from 'vitest';
import { changeRatio } from '../../../domain/spend-alert/change-ratio.ts';

test.each([
  [500_120_000_000_000n, 810_200_000_000_000n, '0.620011'],
  [100n, 50n, '-0.500000'],
  [3n, 4n, '0.333333'],
  [1n, 1_000_001n, '1000000.000000'],
  [0n, 5n, null],
  [null, 5n, null],
])('from %s to %s is %s', (previous, current, expected) => {
  expect(changeRatio(previous, current)).toBe(expected);
});
