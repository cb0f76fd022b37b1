/** Tells the notify function that the outbox has something for it. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Whoever wakes has done its work, and must not be ended by its own timeout while it waits for an answer. */
const TIMEOUT_MS = 5_000;

/** The body says nothing: what to send stands in the outbox, so a lost or doubled wake-up changes nothing. */
export async function wakeNotify(sqs: SQSClient, queueUrl: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{"wake":"notify"}' }), {
    abortSignal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
