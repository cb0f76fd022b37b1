/** What SQS bills for sending a million calls, from the bytes that the publisher hands over. */
import { AWS_PRICES } from '../../domain/cost/aws-prices.ts';
import { formatPicoUsd } from '../../domain/money.ts';
import { demoCalls } from '../../local/demo/traffic.ts';
import { createPublisher } from '../../sdk/src/delivery/create-publisher.ts';
import { BILLING_CHUNK_BYTES } from '../../sdk/src/delivery/message-packer.ts';

const SAMPLE_AT = new Date('2026-11-23T12:00:00Z');
const MILLION = 1_000_000n;

export interface SendingCost {
  /** US dollars. */
  usdPerMillion: number;
  bytesPerCall: number;
  callsPerMessage: number;
  /** How many times less than with one request a call. */
  timesCheaper: number;
}

/** Each started 64 KiB of a request, which has up to ten messages, is billed as one. https://aws.amazon.com/sqs/pricing/ */
export async function sendingCost(): Promise<SendingCost> {
  const calls = demoCalls(SAMPLE_AT);
  let chunks = 0;
  let bytes = 0;
  let sent = 0;
  const publisher = createPublisher({
    transport: {
      async send(messages) {
        const size = messages.reduce((sum, message) => sum + message.bytes, 0);
        chunks += Math.ceil(size / BILLING_CHUNK_BYTES);
        bytes += size;
        sent += messages.length;
        return { failed: [], refused: [] };
      },
    },
  });
  // As under load, when messages are full; sparse traffic sends smaller ones, after a second.
  for (let start = 0; start < calls.length; start += 100) {
    publisher.publish(calls.slice(start, start + 100));
    await new Promise(setImmediate);
  }
  await publisher.flush();
  const { usd, per } = AWS_PRICES.sqsRequests;
  const perMillion = (requests: number) =>
    Number(formatPicoUsd((usd * BigInt(requests) * MILLION) / (per * BigInt(calls.length))));
  const usdPerMillion = perMillion(chunks);
  return {
    usdPerMillion,
    bytesPerCall: bytes / calls.length,
    callsPerMessage: calls.length / sent,
    timesCheaper: perMillion(calls.length) / usdPerMillion,
  };
}
