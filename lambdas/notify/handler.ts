/** Delivers the outbox to Slack. A message of its queue is only a wake-up: what to send stands in the outbox. */
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { countPending } from '../../adapters/postgres/outbox.ts';
import { readWebhookUrl } from '../../adapters/slack/webhook-url.ts';
import { lengthenVisibility } from '../../adapters/sqs/lengthen-visibility.ts';
import { databaseFunction } from '../database-function.ts';
import { toReceivedMessage } from '../received-message.ts';
import { describeError, report } from '../report.ts';
import { deliverOutbox } from './deliver-outbox.ts';
import { readNotifyEnv } from './env.ts';

const settings = readNotifyEnv(process.env);
const sqs = new SQSClient();

export const handler = databaseFunction<SQSEvent, SQSBatchResponse, 'slackWebhookUrl'>({
  slug: 'notify',
  database: settings.database,
  secrets: { slackWebhookUrl: settings.slackWebhookUrlParameter },
  async run({ Records: records }, services) {
    const webhookUrl = readWebhookUrl(services.secrets.slackWebhookUrl);
    const client = await services.connection();
    const delivery = await deliverOutbox(client, webhookUrl);
    for (const { id, reason } of delivery.failures) {
      console.error(`Slack refused message ${id} for good: ${reason}`);
    }
    // The webhook may have been replaced: what is sent once more must not go to the old one.
    if (delivery.failures.length > 0) services.forgetSecrets();
    report(
      'notify',
      {
        NotificationsDelivered: delivery.delivered,
        NotificationsFailed: delivery.failures.length,
        NotificationsPending: await countPending(client),
      },
      delivery.retryReason === undefined ? {} : { retry: delivery.retryReason },
    );
    const { retryAfterSeconds } = delivery;
    return retryAfterSeconds === undefined
      ? { batchItemFailures: [] }
      : comeAgain(records, () => retryAfterSeconds);
  },
});

// Nothing could be tried: the database is down, or a parameter is missing or wrong. The wake-ups wait in the queue, longer
// each time, and the metric tells a person, because a wrong parameter does not mend itself.
handler.onError(async (request) => {
  report('notify', { NotificationsFailed: 1 }, { failure: describeError(request.error) });
  request.response = await comeAgain(request.event.Records);
});

async function comeAgain(
  records: SQSRecord[],
  secondsFor?: () => number,
): Promise<SQSBatchResponse> {
  await lengthenVisibility(
    sqs,
    settings.notifyQueueUrl,
    records.map(toReceivedMessage),
    secondsFor,
  );
  return {
    batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })),
  };
}
