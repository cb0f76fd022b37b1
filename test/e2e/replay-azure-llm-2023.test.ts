/** A replay through the queue into Postgres: the totals are the trace's, after one replay and after two. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import {
  ensurePartitions,
  oldestPartitionStart,
} from '../../adapters/postgres/create-partitions.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { publishAll } from '../../examples/replay-azure-llm-2023/publish-all.ts';
import { areEqual, storedTotals, totalsOf } from '../../examples/replay-azure-llm-2023/totals.ts';
import { toLlmCall, yesterday } from '../../examples/replay-azure-llm-2023/trace-call.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { receiveBodies } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';

const HOUR_MS = 3_600_000;
const CALLS = 3_000;

let database: TestDatabase;
let engine: TestQueueEngine;
let queueUrl: string;
beforeAll(async () => {
  database = await createTestDatabase();
  engine = await startQueue();
  queueUrl = await engine.createQueue('replay');
});
afterAll(async () => {
  await engine.stop();
  await database.drop();
});

/** An hour of the trace's shape. */
const trace = Array.from({ length: CALLS }, (_, index) => ({
  file: index % 3 === 0 ? ('code.csv' as const) : ('conv.csv' as const),
  line: index + 2,
  startedMs: Date.parse('2023-11-16T18:15:46Z') + Math.floor((index * HOUR_MS) / CALLS),
  inputTokens: 100 + index,
  outputTokens: index % 200,
}));

test('equal to the files after one replay and after two', async () => {
  const now = new Date();
  const day = yesterday(now);
  const calls = trace.map((call) => toLlmCall(call, day, 'gpt-4o'));
  const owner = await connect({ connectionString: database.url, applicationName: 'test' });
  const ingest = await connect({ connectionString: database.runtimeUrl, applicationName: 'test' });
  try {
    await ensurePartitions(owner, now, { monthsBack: 1, monthsAhead: 1 });
    const oldest = await oldestPartitionStart(ingest);
    for (const stored of [CALLS, 0]) {
      await publishAll(calls, { queueUrl, client: engine.client }, () => {});
      const bodies = await receiveBodies(engine.client, queueUrl);
      const messages = bodies.map((body, index) => ({ messageId: `${stored}-${index}`, body }));
      const outcome = await storeBatch(
        ingest,
        planBatch(messages, { now, oldest, prices: builtInPriceBook() }),
        new Map(),
      );
      expect(outcome).toMatchObject({ stored, duplicate: CALLS - stored, rejected: 0 });

      const totals = await storedTotals(owner, day);
      expect(areEqual(totalsOf(calls), totals)).toBe(true);
      // gpt-4o: $2.50 per million input tokens, $10 per million output tokens.
      for (const { inputTokens, outputTokens, costUsd } of totals) {
        expect(Number(costUsd)).toBeCloseTo((inputTokens * 2.5 + outputTokens * 10) / 1e6, 9);
      }
    }
    expect(await storedTotals(owner, '2023-11-16')).toEqual([]);
  } finally {
    await owner.end();
    await ingest.end();
  }
});
