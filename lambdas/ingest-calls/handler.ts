/** Takes batches of messages off the calls queue and writes the calls in them to Postgres. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Client } from 'pg';
import { oldestPartitionStart } from '../../adapters/postgres/create-partitions.ts';
import { PriceListReader } from '../../adapters/postgres/price-list.ts';
import type { PromptVersionCache } from '../../adapters/postgres/prompt-versions.ts';
import { foldSpend } from '../../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../../adapters/postgres/user-windows.ts';
import { lengthenVisibility } from '../../adapters/sqs/lengthen-visibility.ts';
import { wakeNotify } from '../../adapters/sqs/wake-notify.ts';
import { databaseFunction, type Services } from '../database-function.ts';
import { toReceivedMessage } from '../received-message.ts';
import { describeError } from '../report.ts';
import { readIngestCallsEnv } from './env.ts';
import { ingestMessages } from './ingest-messages.ts';
import { reportBatch } from './report-batch.ts';

const settings = readIngestCallsEnv(process.env);
const sqs = new SQSClient();
const prices = new PriceListReader();
const promptVersions: PromptVersionCache = new Map();

// A blocked table must park the batch before the function's own timeout: only then does it wait longer each time.
const QUERY_TIMEOUT_MS = 20_000;
/** To park a batch. Several statements that are slow and succeed may take any time, so at this point the connection is ended. */
const PARK_MS = 5_000;
/** A slice that would not get a statement's time is not begun. */
const RESERVED_MS = QUERY_TIMEOUT_MS + PARK_MS;
/** More than six megabytes of compressed calls ever hold; each leaves its id in memory until the end. */
const MAX_EVENTS = 200_000;
const FOLD_EVERY_MS = 60_000;
const MS = 1_000;
/** What is left of the time after it is enough to answer; a fold that took longer has changed nothing, and is done by another. */
const FOLD_TIMEOUT_MS = 15_000;
let foldedAtMs = Number.NEGATIVE_INFINITY;
/** Of the costliest users, which take reading the calls of two months. */
const REFRESH_EVERY_SECONDS = 3_600;
let refreshedAtMs = Number.NEGATIVE_INFINITY;
/** The next invocation has all its time for messages that this one had none for. */
const LATE_SECONDS = 5;

export const handler = databaseFunction<SQSEvent, SQSBatchResponse>({
  slug: 'ingest-calls',
  database: settings.database,
  queryTimeoutMs: QUERY_TIMEOUT_MS,
  async run({ Records: received }, services) {
    // Those that have come most often go first: there may be no time for all, and a hundred receives are too many.
    const records = received.toSorted((a, b) => receiveCount(b) - receiveCount(a));
    const now = new Date();
    const outcome = await inTime(services, async (client) =>
      ingestMessages(records, {
        client,
        promptVersions,
        now,
        oldest: await oldestPartitionStart(client),
        prices: await prices.read(client),
        readPrices: () => prices.read(client),
        remainingMs: services.remainingMs,
        reservedMs: RESERVED_MS,
        maxEvents: MAX_EVENTS,
      }),
    );
    if (outcome.failure !== undefined) await services.discardConnection();
    const failed = records.filter(({ messageId }) => outcome.failedMessageIds.has(messageId));
    const late = records.filter(
      ({ messageId }) =>
        outcome.lateMessageIds.has(messageId) && !outcome.failedMessageIds.has(messageId),
    );
    const parked = await park(failed);
    await lengthenVisibility(
      sqs,
      settings.queueUrl,
      late.map(toReceivedMessage),
      () => LATE_SECONDS,
    );
    if (outcome.hasNotice) await tell();
    if (outcome.stored > 0 && outcome.failure === undefined) await foldInTime(services);
    reportBatch({ records, outcome, parked, now });
    return failures([...failed, ...late, ...outcome.bugs]);
  },
});

// Something is down, the database or the parameter store: every message waits in the queue, longer each time.
handler.onError(async (request) => {
  const { Records: records } = request.event;
  const parked = await park(records);
  reportBatch({ records, parked, failure: describeError(request.error), now: new Date() });
  request.response = failures(records);
});

/** Whatever statement is under way, or would be next, fails when there is only time left to park the batch. */
async function inTime<Result>(
  services: Services<never>,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await services.connection();
  const end = () => void services.discardConnection();
  const timer = setTimeout(end, services.remainingMs() - PARK_MS);
  try {
    return await work(client);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Once a minute while calls flow, so that no schedule has to wake a database that sleeps. Whatever becomes of it, the calls are
 * stored, and reports are right without it.
 */
async function foldInTime(services: Services<never>): Promise<void> {
  if (Date.now() - foldedAtMs < FOLD_EVERY_MS || services.remainingMs() < RESERVED_MS) return;
  foldedAtMs = Date.now();
  try {
    await foldSpend(await services.connection(), {
      days: 1,
      wait: false,
      timeoutMs: FOLD_TIMEOUT_MS,
    });
    await refreshInTime(services);
  } catch (error) {
    console.error(`could not roll up the spend: ${describeError(error)}`);
    await services.discardConnection();
  }
}

/** One that would take too long is tried once an hour, and made by the spend alert. */
async function refreshInTime(services: Services<never>): Promise<void> {
  const isDue = Date.now() - refreshedAtMs >= REFRESH_EVERY_SECONDS * MS;
  if (!isDue || services.remainingMs() < RESERVED_MS) return;
  refreshedAtMs = Date.now();
  await refreshUserWindows(await services.connection(), {
    atMostEverySeconds: REFRESH_EVERY_SECONDS,
    timeoutMs: FOLD_TIMEOUT_MS,
  });
}

/** The calls are stored, and the message stands in the outbox: where this fails, the next one that is told takes it along. */
async function tell(): Promise<void> {
  try {
    await wakeNotify(sqs, settings.notifyQueueUrl);
  } catch (error) {
    console.error(`could not wake notify: ${describeError(error)}`);
  }
}

function receiveCount({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}

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
