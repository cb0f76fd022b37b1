/** What both ways to SQS have in common: the request, its answer, and the queue's region. */
import type { SendMessageBatchRequest, SendMessageBatchResult } from '@aws-sdk/client-sqs';
import type { Message } from '../delivery/message-packer.ts';
import type { TransportOutcome } from '../delivery/transport.ts';

export function sendMessageBatch(
  queueUrl: string,
  messages: readonly Message[],
): SendMessageBatchRequest {
  return {
    QueueUrl: queueUrl,
    Entries: messages.map(({ sequence, body }) => ({ Id: String(sequence), MessageBody: body })),
  };
}

/** What is read of the answer. */
export type BatchResult = Pick<SendMessageBatchResult, 'Failed'>;

/** A fault of the sender will be one again; https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_BatchResultErrorEntry.html */
export function outcomeOf({ Failed = [] }: BatchResult): TransportOutcome {
  const sequences = (senderFault: boolean) =>
    Failed.filter((entry) => (entry.SenderFault === true) === senderFault).map(({ Id }) =>
      Number(Id),
    );
  const [first] = Failed;
  return {
    failed: sequences(false),
    refused: sequences(true),
    ...(first === undefined ? {} : { cause: new Error(`${first.Code}: ${first.Message ?? ''}`) }),
  };
}

/** Undefined for a host that is not one of AWS: an engine on this machine, a proxy. */
export function regionOf(queueUrl: string): string | undefined {
  const { hostname } = new URL(queueUrl);
  return /^(?:[a-z0-9.-]+\.)?sqs(?:-fips)?\.([a-z0-9-]+)\.(?:vpce\.)?(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.exec(
    hostname,
  )?.[1];
}
