/** Delivers the outbox to Slack and webhooks. A message of its queue is only a wake-up: what to send stands in the outbox. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { countPending } from '../../adapters/postgres/outbox.ts';
import { lengthenVisibility } from '../../adapters/sqs/lengthen-visibility.ts';
import { databaseFunction } from '../database-function.ts';
import { toReceivedMessage } from '../received-message.ts';
import { describeError, report } from '../report.ts';
import { deliverOutbox } from './deliver-outbox.ts';
import { Destinations } from './destinations.ts';
import { readNotifyEnv } from './env.ts';

const settings = readNotifyEnv(process.env);
const sqs = new SQSClient();
const destinations = new Destinations(new SSMClient(), {
  slackWebhookUrl: settings.slackWebhookUrlParameter,
  teamPrefix: settings.slackParameterPrefix,
});

export const handler = databaseFunction<SQSEvent, SQSBatchResponse>({
  slug: 'notify',
  database: settings.database,
  async run({ Records: records }, services) {
    const client = await services.connection();
    const delivery = await deliverOutbox(client, (lane) => destinations.of(lane));
    for (const { id, reason } of delivery.failures) {
      console.error(`message ${id} was refused for good: ${reason}`);
    }
    for (const reason of delivery.unusable) console.error(`messages cannot be sent: ${reason}`);
    // What was refused may have been replaced: what is sent once more must not go to the old one.
    if (delivery.failures.length > 0) destinations.forget();
    const reasons = [...delivery.retryReasons, ...delivery.unusable];
    report(
      'notify',
      {
        NotificationsDelivered: delivery.delivered,
        NotificationsFailed: delivery.failures.length + delivery.unusable.length,
        NotificationsPending: await countPending(client),
      },
      reasons.length === 0 ? {} : { retry: reasons.join('; ') },
    );
    const { retryAfterSeconds } = delivery;
    return retryAfterSeconds === undefined
      ? { batchItemFailures: [] }
      : comeAgain(records, () => retryAfterSeconds);
  },
});

// Nothing could be tried: the database is down, or its parameter is missing or wrong. The wake-ups wait in the queue, longer
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
