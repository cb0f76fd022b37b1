/** What an app needs to publish calls, and nothing else: attach it to the app's role. */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface PublisherPolicyProps {
  readonly queue: sqs.IQueue;
}

export class PublisherPolicy extends Construct {
  readonly managedPolicyArn: string;

  constructor(scope: Construct, id: string, { queue }: PublisherPolicyProps) {
    super(scope, id);
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: 'Publish LLM calls to tricost',
      statements: [
        new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [queue.queueArn] }),
      ],
    });
    this.managedPolicyArn = policy.managedPolicyArn;
  }
}
