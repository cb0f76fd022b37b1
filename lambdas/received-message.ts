import type { SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from '../adapters/sqs/lengthen-visibility.ts';

export function toReceivedMessage({
  messageId,
  receiptHandle,
  attributes,
}: SQSRecord): ReceivedMessage {
  return { messageId, receiptHandle, receiveCount: Number(attributes.ApproximateReceiveCount) };
}
