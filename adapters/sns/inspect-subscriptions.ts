/** Who a topic reaches, and whether they have said yes. */
import { ListSubscriptionsByTopicCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { SubscriptionFacts } from '../../domain/doctor/judge-messages.ts';

export async function inspectSubscriptions(
  client: SNSClient,
  topicArn: string,
): Promise<SubscriptionFacts[]> {
  const { Subscriptions: subscriptions = [] } = await client.send(
    new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
  );
  return subscriptions.map(({ Protocol = '', Endpoint = '', SubscriptionArn = '' }) => ({
    protocol: Protocol,
    endpoint: Endpoint,
    // "PendingConfirmation" or "Deleted" stand where the ARN will be, or was.
    confirmed: SubscriptionArn.startsWith('arn:'),
  }));
}
