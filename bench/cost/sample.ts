/** The demo's traffic as it travels: one call a message, a hundred, or as many as fit compressed into one billed chunk. */
import { gzipSync } from 'node:zlib';
import { demoCalls } from '../../local/demo/traffic.ts';
import { CallQueue } from '../../sdk/src/delivery/call-queue.ts';
import {
  BILLING_CHUNK_BYTES,
  MAX_SQS_BYTES,
  MessagePacker,
} from '../../sdk/src/delivery/message-packer.ts';
import { type SerialisedCall, serialiseCall } from '../../sdk/src/delivery/serialise-call.ts';

/** Of the sample: the same moment makes the same calls. */
export const SAMPLE_AT = new Date('2026-11-23T12:00:00Z');
export const PACKED_CALLS = 100;
/** A producer's random name would compress a little differently each time. */
const PRODUCER = /"producer_id":"[^"]*"/;
const NAMED = '4f8d2c1b-9e6a-4d35-b7c0-1a2f3e4d5c6b';
/** Compressed messages are tried in steps of so many calls. */
const STEP_CALLS = 50;

export function sampleCalls(): SerialisedCall[] {
  return demoCalls(SAMPLE_AT).map((call) => serialiseCall(call, SAMPLE_AT.getTime()));
}

/** One message, as the SDK packs it. */
export function pack(calls: readonly SerialisedCall[]): string {
  const queue = new CallQueue(Number.MAX_SAFE_INTEGER);
  for (const call of calls) queue.push(call);
  const [message] = new MessagePacker(queue, MAX_SQS_BYTES).takeBatch(() => true);
  if (message?.calls !== calls.length) throw new Error('the calls do not fit into one message');
  return message.body.replace(PRODUCER, `"producer_id":"${NAMED}"`);
}

export function compress(calls: readonly SerialisedCall[]): string {
  const data = gzipSync(pack(calls)).toString('base64');
  return JSON.stringify({ v: 1, encoding: 'gzip', data });
}

/** Whole messages of `size` calls in the order of the sample; the rest is left out. */
function inMessages(calls: readonly SerialisedCall[], size: number): SerialisedCall[][] {
  const messages: SerialisedCall[][] = [];
  for (let start = 0; start + size <= calls.length; start += size) {
    messages.push(calls.slice(start, start + size));
  }
  return messages;
}

interface SampleBytes {
  calls: number;
  /** Mean, rounded up. */
  single_message_bytes: number;
  packed_calls: number;
  packed_message_bytes: number;
  compressed_calls: number;
  compressed_message_bytes: number;
}

/** The most calls, in steps of 50, of which every compressed message of the sample fits into one chunk. */
export function mostCompressedCalls(calls: readonly SerialisedCall[]): number {
  let most = STEP_CALLS;
  while (fits(calls, most + STEP_CALLS)) most += STEP_CALLS;
  return most;
}

export function measureBytes(
  calls: readonly SerialisedCall[],
  compressedCalls: number,
): SampleBytes {
  return {
    calls: calls.length,
    single_message_bytes: mean(calls.map(({ bytes }) => bytes)),
    packed_calls: PACKED_CALLS,
    packed_message_bytes: meanBytes(calls, PACKED_CALLS, pack),
    compressed_calls: compressedCalls,
    compressed_message_bytes: meanBytes(calls, compressedCalls, compress),
  };
}

function fits(calls: readonly SerialisedCall[], size: number): boolean {
  return inMessages(calls, size).every(
    (message) => Buffer.byteLength(compress(message)) <= BILLING_CHUNK_BYTES,
  );
}

function meanBytes(
  calls: readonly SerialisedCall[],
  size: number,
  write: (calls: readonly SerialisedCall[]) => string,
): number {
  return mean(inMessages(calls, size).map((message) => Buffer.byteLength(write(message))));
}

function mean(values: readonly number[]): number {
  return Math.ceil(values.reduce((sum, value) => sum + value, 0) / values.length);
}
