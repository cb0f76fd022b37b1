import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureBytes, sampleCalls } from '../../../bench/cost/sample.ts';
import { MEASURED } from '../../../domain/cost/measurements.ts';
import { type MonthlyCost, monthlyCost, SHAPES } from '../../../domain/cost/monthly-cost.ts';
import { formatPicoUsd, parsePicoUsd } from '../../../domain/money.ts';

const calls = fc.oneof(
  fc.bigInt({ min: 1n, max: 1_000n }),
  fc.bigInt({ min: 1n, max: 10n ** 8n }),
  fc.bigInt({ min: 1n, max: 10n ** 13n }),
);
const shape = fc.constantFrom(...SHAPES);

/** Round numbers, to check by hand: a whole processor, so that a microsecond is a microsecond. */
const BY_HAND: typeof MEASURED = {
  ...MEASURED,
  bytes: {
    ...MEASURED.bytes,
    single_message_bytes: 400,
    packed_calls: 100,
    packed_message_bytes: 40_000,
    compressed_calls: 800,
    compressed_message_bytes: 60_000,
  },
};

function quantity(cost: MonthlyCost, name: string): bigint {
  return cost.lines.find((line) => line.name === name)?.quantity ?? -1n;
}

describe('requests, by SQS’s rules', () => {
  test.each([
    // 1,000 million messages: sent one by one, received and deleted by ten.
    ['single', 1_000_000_000n, 200_000_000n, 10_000_000n],
    ['batched', 100_000_000n, 200_000_000n, 10_000_000n],
    // 10 million messages of 40 kB, 3.8 a second, so 4.8 at a time: 2,081,090 receives, and 6,103,516 chunks of 64 KiB.
    ['packed', 10_000_000n, 2_081_090n + 6_103_516n + 2_081_090n, 2_081_090n],
  ] as const)('%s, at a billion calls', (name, sends, receives, invocations) => {
    const cost = monthlyCost(10n ** 9n, name, BY_HAND);
    expect(quantity(cost, 'sends')).toBe(sends);
    expect(quantity(cost, 'receives')).toBe(receives);
    expect(cost.invocations).toBe(invocations);
  });

  test('one call is one message, one receive, one delete, one invocation, however it is sent', () => {
    for (const each of SHAPES) {
      const cost = monthlyCost(1n, each, BY_HAND);
      expect([quantity(cost, 'sends'), quantity(cost, 'receives'), cost.invocations]).toEqual([
        1n,
        2n,
        1n,
      ]);
    }
  });

  test('idle polling: two queues, five pollers each, every twenty seconds', () => {
    expect(quantity(monthlyCost(1n, 'single', BY_HAND), 'polling')).toBe(1_314_000n);
  });
});

test('the lines sum to the totals, and what is free makes nothing dearer', () => {
  fc.assert(
    fc.property(calls, shape, (count, each) => {
      const { lines, usd, afterFreeUsd } = monthlyCost(count, each, MEASURED);
      expect(lines.reduce((sum, line) => sum + line.usd, 0n)).toBe(usd);
      expect(lines.reduce((sum, line) => sum + line.afterFreeUsd, 0n)).toBe(afterFreeUsd);
      for (const line of lines) {
        expect(line.afterFreeUsd).toBeGreaterThanOrEqual(0n);
        expect(line.afterFreeUsd).toBeLessThanOrEqual(line.usd);
      }
    }),
  );
});

test('the free requests of SQS are given once, not to each line', () => {
  const { lines } = monthlyCost(10n ** 9n, 'single', MEASURED);
  const sqs = lines.filter(({ name }) => ['sends', 'receives', 'polling'].includes(name));
  const saved = sqs.reduce((sum, line) => sum + line.usd - line.afterFreeUsd, 0n);
  expect(formatPicoUsd(saved)).toBe(formatPicoUsd(parsePicoUsd('0.40')));
});

test('more calls never cost less', () => {
  fc.assert(
    fc.property(calls, calls, shape, (a, b, each) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      const [cheaper, dearer] = [
        monthlyCost(less, each, MEASURED),
        monthlyCost(more, each, MEASURED),
      ];
      expect(dearer.usd).toBeGreaterThanOrEqual(cheaper.usd);
      expect(dearer.afterFreeUsd).toBeGreaterThanOrEqual(cheaper.afterFreeUsd);
    }),
    { numRuns: 500 },
  );
});

test('batching and packing never cost more than single requests', () => {
  fc.assert(
    fc.property(calls, fc.constantFrom('batched', 'packed', 'compressed'), (count, each) => {
      const [single, other] = [
        monthlyCost(count, 'single', MEASURED),
        monthlyCost(count, each, MEASURED),
      ];
      expect(other.usd).toBeLessThanOrEqual(single.usd);
      expect(other.afterFreeUsd).toBeLessThanOrEqual(single.afterFreeUsd);
    }),
    { numRuns: 500 },
  );
});

test('the bytes are those of the sample, packed and compressed today', () => {
  // If the sample or the SDK changed on purpose: `npm run bench -- cost --write`.
  const { compressed_calls: compressed } = MEASURED.bytes;
  expect(measureBytes(sampleCalls(), compressed)).toEqual(MEASURED.bytes);
});
