/** Where Lambda puts what a function failed at for good: a queue to which the function's role may send, and no more. */
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';

/** CDK's SqsDestination would let the function look up and describe the queue too. */
export class FailureQueue implements lambda.IDestination {
  readonly #queue: sqs.IQueue;

  constructor(queue: sqs.IQueue) {
    this.#queue = queue;
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-async-destinations */
  bind(_scope: unknown, fn: lambda.IFunction): lambda.DestinationConfig {
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: ['sqs:SendMessage'],
        resources: [this.#queue.queueArn],
      }),
    );
    return { destination: this.#queue.queueArn };
  }
}
