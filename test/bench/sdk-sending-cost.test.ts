/** Packing is what makes a message per call affordable: a fiftieth of its price, or less. */
import { expect, test } from 'vitest';
import { sendingCost } from '../../bench/sdk/sending-cost.ts';

test('packed calls cost less than a fiftieth of one request a call', async () => {
  const { usdPerMillion, bytesPerCall, callsPerMessage, timesCheaper } = await sendingCost();
  expect(timesCheaper).toBeGreaterThanOrEqual(50);
  // SQS's $0.40 a million requests, each of a started chunk.
  expect(usdPerMillion).toBeCloseTo(0.4 / timesCheaper, 9);
  expect(timesCheaper).toBeLessThanOrEqual(65_536 / bytesPerCall);
  expect(callsPerMessage).toBeLessThanOrEqual(65_536 / bytesPerCall);
});
