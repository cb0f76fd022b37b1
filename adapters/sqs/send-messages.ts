/** Sends messages in as few requests as SQS allows, and tells of each whether it was taken. */
import {
  type MessageAttributeValue,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface OutgoingMessage {
  body: string;
  attributes?: Record<string, MessageAttributeValue>;
  traceHeader?: string | undefined;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html: of a message, and of a request. */
const BYTE_LIMIT = 1_048_576;
const BATCH_LIMIT = 10;

/** @returns for each message, in their order, why it was refused; undefined: it was sent */
export async function sendMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly OutgoingMessage[],
): Promise<(string | undefined)[]> {
  const refusals: (string | undefined)[] = [];
  for (const batch of inBatches(messages)) {
    const entries = batch.map(toEntry);
    try {
      const { Failed: failed = [] } = await sqs.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
      );
      const reasons = new Map(failed.map(({ Id, Code, Message }) => [Id, `${Code}: ${Message}`]));
      refusals.push(...entries.map(({ Id }) => reasons.get(Id)));
    } catch (error) {
      refusals.push(...batch.map(() => String(error)));
    }
  }
  return refusals;
}

function inBatches(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const batches: OutgoingMessage[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = byteSize(message);
    const last = batches.at(-1);
    if (last === undefined || last.length === BATCH_LIMIT || bytes + size > BYTE_LIMIT) {
      batches.push([message]);
      bytes = size;
    } else {
      last.push(message);
      bytes += size;
    }
  }
  return batches;
}

/** Names, types and values of attributes count as well. */
function byteSize({ body, attributes = {} }: OutgoingMessage): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType: type = '', StringValue: text = '', BinaryValue: binary }]) =>
      sum + Buffer.byteLength(name + type + text) + (binary?.byteLength ?? 0),
    Buffer.byteLength(body),
  );
}

function toEntry(message: OutgoingMessage, index: number): SendMessageBatchRequestEntry {
  const { body, attributes, traceHeader } = message;
  return {
    Id: String(index),
    MessageBody: body,
    ...(attributes === undefined ? {} : { MessageAttributes: attributes }),
    ...(traceHeader === undefined
      ? {}
      : {
          MessageSystemAttributes: {
            AWSTraceHeader: { DataType: 'String', StringValue: traceHeader },
          },
        }),
  };
}
