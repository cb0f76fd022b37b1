/** Publishes one message as an app would. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

export async function publishBody(sqs: SQSClient, queueUrl: string, body: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
}
