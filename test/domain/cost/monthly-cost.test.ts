import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measureBytes, sampleCalls } from '../../../bench/cost/sample.ts';
import { MEASURED } from '../../../domain/cost/measurements.ts';
import {
  canaryCost,
  type MonthlyCost,
  monthlyCost,
  SHAPES,
} from '../../../domain/cost/monthly-cost.ts';
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

test('a canary costs what its runs cost by hand', () => {
  // 96 runs a day in 730 hours are 2,920 runs: messages, and invocations of the canary and of ingest.
  const ingest = {
    ...MEASURED.ingest,
    // 512 of the 1,769 MB of a whole processor: 1,024 µs of work take 3,538 µs. With the waits, 3,538 + 462 + 3,538 + 462 = 8 ms.
    per_invocation: { cpu_us: 1_024, wait_us: 462 },
    per_message: { cpu_us: 1_024, wait_us: 462 },
    // With 900 of Lambda's own lines and 26 for each of 4 lines: 2,000 bytes an invocation.
    log_bytes_per_invocation: 996,
  };
  const usd = [
    // Requests of SQS, to send, receive and delete: 8,760 at $0.40 a million.
    '0.003504',
    // Invocations: 5,840 at $0.20 a million.
    '0.001168',
    // 2,920 × (256 MB × 3,000 ms + 512 MB × 8 ms) = 2,254,520,320 MB-ms at $0.0000133334 for 1,024,000.
    '0.029355880112',
    // Bytes of logs, 5,840 × 2,000 = 11,680,000: at $0.50 a GB, and $0.03 to keep them a month.
    '0.00584',
    '0.0003504',
    // Two metrics at $0.30, two watched by alarms at $0.10.
    '0.6',
    '0.2',
    // A schedule's runs at $1 a million, readings of the parameter at $0.03 for ten thousand.
    '0.00292',
    '0.00876',
  ];
  const sum = usd.reduce((total, each) => total + parsePicoUsd(each), 0n);
  expect(formatPicoUsd(canaryCost({ ...MEASURED, ingest }))).toBe(formatPicoUsd(sum));
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

test('batching and packing never cost more than single requests, once a message is full', () => {
  const aFullMessage = BigInt(MEASURED.bytes.compressed_calls);
  fc.assert(
    fc.property(
      calls.filter((count) => count >= aFullMessage),
      fc.constantFrom('batched', 'packed', 'compressed'),
      (count, each) => {
        const [single, other] = [
          monthlyCost(count, 'single', MEASURED),
          monthlyCost(count, each, MEASURED),
        ];
        expect(other.usd).toBeLessThanOrEqual(single.usd);
        expect(other.afterFreeUsd).toBeLessThanOrEqual(single.afterFreeUsd);
      },
    ),
    { numRuns: 500 },
  );
});

test('the bytes are those of the sample, packed and compressed today', () => {
  // If the sample or the SDK changed on purpose: `npm run bench -- cost --write`.
  const { compressed_calls: compressed } = MEASURED.bytes;
  expect(measureBytes(sampleCalls(), compressed)).toEqual(MEASURED.bytes);
});
