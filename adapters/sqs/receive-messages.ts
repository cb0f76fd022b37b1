/** Takes messages of a queue in hand, with all that is known of them. */
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface MessageInHand {
  messageId: string;
  receiptHandle: string;
  body: string;
  sentAt: Date;
  /** Deliveries so far, this one included. */
  receiveCount: number;
  attributes: Record<string, MessageAttributeValue>;
  /** Of X-Ray, when the sender was traced. */
  traceHeader: string | undefined;
}

/** What one request takes or gives: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const BATCH_LIMIT = 10;

/** An answer that waits asks every server of the queue; one that does not wait may be empty while messages lie there. */
const WAIT_SECONDS = 2;

/** At most ten; none: the queue holds nothing that is visible. */
export async function receiveMessages(
  sqs: SQSClient,
  queueUrl: string,
  options: { limit: number; visibilitySeconds: number },
): Promise<MessageInHand[]> {
  const { Messages: messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: Math.min(BATCH_LIMIT, options.limit),
      VisibilityTimeout: options.visibilitySeconds,
      WaitTimeSeconds: WAIT_SECONDS,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    }),
  );
  return messages.map(toMessageInHand);
}

function toMessageInHand(message: Message): MessageInHand {
  const { Attributes: system = {} } = message;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    sentAt: new Date(Number(system['SentTimestamp'])),
    receiveCount: Number(system['ApproximateReceiveCount']),
    attributes: message.MessageAttributes ?? {},
    traceHeader: system['AWSTraceHeader'],
  };
}

/**
 * Lets others see the messages at once.
 *
 * @returns what SQS refused to change: it shows by itself when its visibility timeout is over
 */
export async function returnMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly Pick<MessageInHand, 'receiptHandle'>[],
): Promise<BatchResultErrorEntry[]> {
  const refused: BatchResultErrorEntry[] = [];
  for (let start = 0; start < messages.length; start += BATCH_LIMIT) {
    const entries = messages.slice(start, start + BATCH_LIMIT).map(({ receiptHandle }, index) => ({
      Id: String(index),
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: 0,
    }));
    const { Failed: failed = [] } = await sqs.send(
      new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    );
    refused.push(...failed);
  }
  return refused;
}

/** @param messages at most ten
 * @returns how many SQS did not delete: they show again when their visibility timeout is over */
export async function deleteMessages(
  sqs: SQSClient,
  queueUrl: string,
  messages: readonly Pick<MessageInHand, 'receiptHandle'>[],
): Promise<number> {
  if (messages.length === 0) return 0;
  const entries = messages.map(({ receiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
  }));
  const { Failed: failed = [] } = await sqs.send(
    new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
  );
  return failed.length;
}
