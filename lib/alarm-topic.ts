/** The one place where every alarm goes. */
import { Annotations, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';

/**
 * Not encrypted with a key: CloudWatch cannot publish to a topic that uses the account's default key, and says so only
 * in the alarm's history. https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
 */
export class AlarmTopic extends sns.Topic {
  constructor(scope: Construct, id: string, config: TricostConfig) {
    super(scope, id, { displayName: config.stackName, enforceSSL: true });
    this.#allowAlarms(config.stackName);
    if (config.alarmEmail !== undefined) {
      this.addSubscription(new EmailSubscription(config.alarmEmail));
      return;
    }
    Annotations.of(this).addWarningV2(
      'tricost:alarms-reach-nobody',
      'alarms reach nobody: set "alarmEmail" in tricost.config.json to the address of somebody who shall know when tricost fails',
    );
  }

  /** A topic with a policy of its own (here: TLS only) loses the default one, which let the account's alarms in. */
  #allowAlarms(stackName: string): void {
    const stack = Stack.of(this);
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ArnLike: {
            'aws:SourceArn': `arn:${stack.partition}:cloudwatch:${stack.region}:${stack.account}:alarm:${stackName}/*`,
          },
        },
      }),
    );
  }
}
