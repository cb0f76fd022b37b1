/** What each step between the queue and the table costs, on the same messages, one step after the other. */

import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Client } from 'pg';
import { copyIn } from '../adapters/postgres/copy-in.ts';
import type { LlmCall } from '../domain/contract/llm-call.ts';
import { decodeMessage } from '../domain/ingest-calls/decode-message.ts';
import { planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { costOfCall } from '../domain/pricing/cost-of-call.ts';
import { priceUsage } from '../domain/pricing/price-usage.ts';
import { askedCall } from '../domain/pricing/stored-call.ts';
import { readUsage } from '../domain/usage/read-usage.ts';
import { LOCAL_CREDENTIALS } from '../local/functions/sandbox-environment.ts';
import { startLoopbackFauxqs } from '../local/queue/loopback-fauxqs.ts';
import { encodedCopy } from './ingest-contenders.ts';
import { SAMPLE_NOW, toMessages } from './ingest-sample.ts';

/** Microseconds an event. */
export type Stages = Record<
  | 'receive'
  | 'decode'
  | 'validate'
  | 'normalise usage'
  | 'price'
  | 'encode'
  | 'Postgres'
  | 'delete',
  number
>;

const BATCH_MESSAGES = 100;
const RECEIVE_LIMIT = 10;

export async function measureStages(client: Client, calls: readonly LlmCall[]): Promise<Stages> {
  const messages = toMessages(calls);
  const oldest = new Date(SAMPLE_NOW.getTime() - 75 * 86_400_000);
  const perEvent = async (work: () => unknown): Promise<number> => {
    const startedAt = performance.now();
    await work();
    return ((performance.now() - startedAt) * 1_000) / calls.length;
  };
  const batches = Array.from({ length: Math.ceil(messages.length / BATCH_MESSAGES) }, (_, index) =>
    messages.slice(index * BATCH_MESSAGES, (index + 1) * BATCH_MESSAGES),
  );
  const queue = await measureQueue(
    messages.map(({ body }) => body),
    perEvent,
  );
  const decode = await perEvent(() => messages.map(({ body }) => decodeMessage(body)));
  const prices = builtInPriceBook();
  const plan = () =>
    batches.map((batch) => planBatch(batch, { now: SAMPLE_NOW, oldest, prices }).calls);
  const planned = plan();
  const decodeAndPlan = await perEvent(plan);
  const usages = calls.map(({ usage_raw, usage, provider = '' }) => ({
    object: usage_raw ?? usage,
    provider: provider ?? '',
  }));
  // A call that failed may have used nothing.
  const normalise = () =>
    usages.map(({ object, provider }) =>
      object == null ? undefined : readUsage(object, provider),
    );
  const read = normalise();
  const normaliseUsage = await perEvent(normalise);
  const rows = planned.flat().map(({ row }) => row);
  const asked = new Map(
    rows.map((row) => [row.event_id, askedCall({ ...row, ts: new Date(row.ts) })]),
  );
  const price = () =>
    calls.map(({ event_id: id = '' }, index) => {
      const [call, usage] = [asked.get(id ?? ''), read[index]];
      if (call === undefined) throw new Error(`the sample's call ${id} was not planned`);
      return costOfCall(
        undefined,
        usage === undefined ? 'no usage' : priceUsage(prices, call, usage),
      );
    });
  price();
  const priceAll = await perEvent(price);
  const encodeAll = () => planned.map((batch) => encodedCopy(batch.map(({ row }) => row)));
  const copies = encodeAll();
  const encode = await perEvent(encodeAll);
  const postgres = await perEvent(async () => {
    for (const { statement, data } of copies) await copyIn(client, statement, data);
  });
  return {
    receive: queue.receive,
    decode,
    validate: Math.max(0, decodeAndPlan - decode - normaliseUsage - priceAll),
    'normalise usage': normaliseUsage,
    price: priceAll,
    encode,
    Postgres: postgres,
    delete: queue.delete,
  };
}

async function measureQueue(
  bodies: readonly string[],
  perEvent: (work: () => unknown) => Promise<number>,
): Promise<{ receive: number; delete: number }> {
  const engine = await startLoopbackFauxqs();
  const region = 'us-east-1';
  const sqs = new SQSClient({ endpoint: engine.address, region, credentials: LOCAL_CREDENTIALS });
  try {
    const { queueUrl: named } = engine.createQueue('stages', { region });
    const QueueUrl = new URL(new URL(named).pathname, engine.address).href;
    for (const MessageBody of bodies) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    }
    const handles: string[] = [];
    const receive = await perEvent(async () => {
      while (handles.length < bodies.length) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: RECEIVE_LIMIT }),
        );
        handles.push(...Messages.map(({ ReceiptHandle = '' }) => ReceiptHandle));
      }
    });
    const deletion = await perEvent(async () => {
      for (let start = 0; start < handles.length; start += RECEIVE_LIMIT) {
        const Entries = handles
          .slice(start, start + RECEIVE_LIMIT)
          .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      }
    });
    return { receive, delete: deletion };
  } finally {
    sqs.destroy();
    await engine.stop();
  }
}
