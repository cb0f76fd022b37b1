/** Compressed messages that fill an invocation, each with calls whose cost is known. */
import { randomUUID } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { PicoUsd } from '../../domain/money.ts';
import type { Random } from '../../local/demo/random.ts';
import { MessageBatch } from '../../local/event-sources/message-batch.ts';
import { type SqsEventRecord, toEventRecord } from '../../local/event-sources/sqs-event.ts';
import { costOf, soakCall } from './traffic.ts';

/** A body, and the calls in it. */
export interface PackedMessage {
  body: string;
  calls: LlmCall[];
}

const ENCODINGS = ['gzip', 'zstd'] as const;
const SAMPLE_CALLS = 500;
/** What ingest inflates a message to at most. */
const MAX_INFLATED_BYTES = 16 * 1024 * 1024;
/** What ingest takes of a message at most. */
const MAX_CALLS = 20_000;

function pack(json: string, calls: LlmCall[], index: number): PackedMessage {
  const encoding = ENCODINGS[index % ENCODINGS.length] ?? 'gzip';
  const data =
    encoding === 'gzip'
      ? gzipSync(json, { level: constants.Z_BEST_SPEED })
      : zstdCompressSync(json);
  return {
    body: JSON.stringify({ v: 1, encoding, data: data.toString('base64') }),
    calls,
  };
}

/**
 * Ordinary calls, as many to a message as make a batch of `messages` as large as an invocation.
 *
 * @param mostCalls in a message, for a smaller one
 */
export function* fullMessages(
  source: { name: string; now: Date; random: Random },
  messages: number,
  invocationBytes: number,
  mostCalls: number,
): Generator<PackedMessage> {
  const { name, now, random } = source;
  const calls = (count: number, index: number): LlmCall[] =>
    Array.from({ length: count }, (_, n) => soakCall(`${name}/${index}/${n}`, now, random));
  // The less compact encoding decides.
  const sample = ENCODINGS.map((_, index) => {
    const sampled = calls(SAMPLE_CALLS, -1);
    return pack(JSON.stringify(sampled), sampled, index).body.length / SAMPLE_CALLS;
  });
  const perMessage = Math.floor(invocationBytes / messages / Math.max(...sample));
  for (let index = 0; ; index += 1) {
    const packed = calls(Math.min(perMessage, mostCalls, MAX_CALLS), index);
    yield pack(JSON.stringify(packed), packed, index);
  }
}

/** One call each, and as much blank text beside it as ingest will inflate. */
export function* paddedMessages(source: {
  name: string;
  now: Date;
  random: Random;
}): Generator<PackedMessage> {
  for (let index = 0; ; index += 1) {
    const call = soakCall(`${source.name}/padded/${index}`, source.now, source.random);
    const json = JSON.stringify({ ...call, padding: '' });
    const padding = ' '.repeat(MAX_INFLATED_BYTES - json.length);
    yield pack(`${json.slice(0, -2)}${padding}"}`, [call], index);
  }
}

/** As many calls as a message may hold, with next to nothing in them. */
export function* crowdedMessages(now: Date): Generator<PackedMessage> {
  const ts = new Date(now.getTime() - 3_600_000).toISOString();
  for (let index = 0; ; index += 1) {
    const calls = Array.from({ length: MAX_CALLS }, (_, n): LlmCall => {
      const number = (index * MAX_CALLS + n).toString(16).padStart(12, '0');
      return {
        event_id: `00000000-0000-4000-8000-${number}`,
        ts,
        provider: 'openai',
        model: 'gpt-4o',
        usage: { input_tokens: 1, output_tokens: 1 },
      };
    });
    yield pack(JSON.stringify(calls), calls, index);
  }
}

export interface Invocation {
  records: SqsEventRecord[];
  costs: Map<string, PicoUsd>;
  /** Of the event, as Lambda counts it. */
  bytes: number;
}

/** Takes messages until the invocation is full, as the event source does. */
export function fillInvocation(
  messages: Iterable<PackedMessage>,
  limits: { messages: number; bytes: number },
): Invocation {
  const batch = new MessageBatch(
    { batchSize: limits.messages, batchingWindowSeconds: 0 },
    limits.bytes,
  );
  const costs = new Map<string, PicoUsd>();
  for (const { body, calls } of messages) {
    if (!batch.add(toRecord(body), 0)) break;
    for (const call of calls) costs.set(String(call.event_id), costOf(call));
    if (batch.records.length === limits.messages) break;
  }
  return { records: batch.records, costs, bytes: Buffer.byteLength(batch.toPayload()) };
}

function toRecord(body: string): SqsEventRecord {
  const message = {
    MessageId: randomUUID(),
    ReceiptHandle: randomUUID(),
    Body: body,
    Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(Date.now()) },
  };
  return toEventRecord(message, 'arn:aws:sqs:us-east-1:000000000000:soak', 'us-east-1');
}
