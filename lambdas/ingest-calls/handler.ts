/** Takes batches of messages off the calls queue and writes the calls in them to Postgres. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { oldestPartitionStart } from '../../adapters/postgres/create-partitions.ts';
import type { PromptVersionCache } from '../../adapters/postgres/prompt-versions.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { lengthenVisibility } from '../../adapters/sqs/lengthen-visibility.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { databaseFunction } from '../database-function.ts';
import { toReceivedMessage } from '../received-message.ts';
import { describeError } from '../report.ts';
import { readIngestCallsEnv } from './env.ts';
import { reportBatch } from './report-batch.ts';

const settings = readIngestCallsEnv(process.env);
const sqs = new SQSClient();
const promptVersions: PromptVersionCache = new Map();

export const handler = databaseFunction<SQSEvent, SQSBatchResponse>({
  slug: 'ingest-calls',
  database: settings.database,
  // A blocked table must park the batch before the function's own timeout: only then does it wait longer each time.
  queryTimeoutMs: 20_000,
  async run({ Records: records }, services) {
    const now = new Date();
    const client = await services.connection();
    const plan = planBatch(records, { now, oldest: await oldestPartitionStart(client) });
    const outcome = await storeBatch(client, plan, promptVersions);
    if (outcome.failure !== undefined) await services.discardConnection();
    const failed = records.filter(({ messageId }) => outcome.failedMessageIds.has(messageId));
    const parked = await park(failed);
    reportBatch({ records, plan, outcome, parked, now });
    return failures([...failed, ...plan.bugs]);
  },
});

// Something is down, the database or the parameter store: every message waits in the queue, longer each time.
handler.onError(async (request) => {
  const { Records: records } = request.event;
  const parked = await park(records);
  reportBatch({ records, parked, failure: describeError(request.error), now: new Date() });
  request.response = failures(records);
});

async function park(records: SQSRecord[]): Promise<number> {
  const unchanged = await lengthenVisibility(
    sqs,
    settings.queueUrl,
    records.map(toReceivedMessage),
  );
  return records.length - unchanged;
}

function failures(messages: readonly { messageId: string }[]): SQSBatchResponse {
  const ids = new Set(messages.map(({ messageId }) => messageId));
  return { batchItemFailures: [...ids].map((itemIdentifier) => ({ itemIdentifier })) };
}
