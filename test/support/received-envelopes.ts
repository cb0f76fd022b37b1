/** What a publisher left in a queue: every body taken out of it, and checked against the contract. */
import { readFileSync } from 'node:fs';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { LlmCall } from '../../domain/contract/llm-call.ts';

export interface Envelope {
  v: 1;
  producer_id: string;
  sequence: number;
  dropped?: number;
  events: LlmCall[];
}

const ajv = new Ajv2020.default({ allowUnionTypes: true });
addFormats.default(ajv);
const isCall = ajv.compile<LlmCall>(
  JSON.parse(readFileSync('domain/contract/llm-call.v1.schema.json', 'utf8')),
);

/** Empties the queue; bodies in the order in which it gives them, which is no order at all. */
export async function receiveBodies(client: SQSClient, queueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
      }),
    );
  }
}

/** Empties the queue; envelopes in the order of their numbers. */
export async function receiveEnvelopes(client: SQSClient, queueUrl: string): Promise<Envelope[]> {
  const bodies = await receiveBodies(client, queueUrl);
  const envelopes = bodies.map((body): Envelope => JSON.parse(body));
  return envelopes.sort((a, b) => a.sequence - b.sequence);
}

/** @throws Error that names what the contract refuses */
export function assertCall(event: unknown): asserts event is LlmCall {
  if (!isCall(event)) throw new Error(`not a call: ${ajv.errorsText(isCall.errors)}`);
}
