/** Lets failed messages wait longer each time, so that an outage of days parks them in the queue and not in the DLQ. */
import { ChangeMessageVisibilityBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { backoffSeconds } from '../../domain/backoff.ts';

export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  /** How often SQS has delivered it, from 1. */
  receiveCount: number;
}

/** SQS's limit of entries in a batch. */
const BATCH_SIZE = 10;

/**
 * @param secondsFor how long a message shall wait; default: 30 s doubling to 1 h with jitter
 * @returns how many messages kept the queue's own visibility timeout, because SQS refused the change: harmless, but worth
 *   a line in the log
 */
export async function lengthenVisibility(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly ReceivedMessage[],
  secondsFor: (message: ReceivedMessage) => number = ({ receiveCount }) =>
    backoffSeconds(receiveCount, Math.random()),
): Promise<number> {
  let unchanged = 0;
  for (let start = 0; start < messages.length; start += BATCH_SIZE) {
    const batch = messages.slice(start, start + BATCH_SIZE);
    try {
      const { Failed } = await sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: queueUrl,
          Entries: batch.map((message, index) => ({
            Id: String(index),
            ReceiptHandle: message.receiptHandle,
            VisibilityTimeout: secondsFor(message),
          })),
        }),
      );
      unchanged += Failed?.length ?? 0;
    } catch {
      unchanged += batch.length;
    }
  }
  return unchanged;
}
