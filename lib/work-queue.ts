/** A queue whose messages wait for a function, with the dead-letter queue for those that only ever fail. */
import { Duration, Names } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

export interface WorkQueueProps {
  readonly functionTimeout: Duration;
  /** How long the event source gathers messages before it calls the function. */
  readonly batchingWindow: Duration;
}

export class WorkQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetterQueue: sqs.Queue;
  readonly #batchingWindow: Duration;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.#batchingWindow = props.batchingWindow;
    this.deadLetterQueue = new DeadLetterQueue(this, 'DeadLetters');
    this.queue = new sqs.Queue(this, 'Resource', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // An outage of the database waits here; the functions lengthen visibility instead of failing fast.
      retentionPeriod: Duration.days(7),
      receiveMessageWaitTime: Duration.seconds(20),
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html asks for six timeouts plus the window.
      visibilityTimeout: Duration.seconds(
        6 * props.functionTimeout.toSeconds() + props.batchingWindow.toSeconds(),
      ),
      // High, because receives during an outage count too: only a message that fails for days is beyond help.
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 100 },
    });
  }

  /**
   * Calls `fn` with batches of messages; each message is acknowledged or retried by itself. Not by CDK's SqsEventSource,
   * which lets the function look up the queue's address too.
   */
  feed(
    fn: lambda.Function,
    options: Required<Pick<lambda.EventSourceMappingOptions, 'batchSize' | 'maxConcurrency'>>,
  ): void {
    fn.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          // Lambda polls with the function's own role.
          // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
          'sqs:DeleteMessage',
          'sqs:GetQueueAttributes',
          'sqs:ReceiveMessage',
          // The function lengthens the wait of what it cannot handle yet.
          'sqs:ChangeMessageVisibility',
        ],
        resources: [this.queue.queueArn],
      }),
    );
    // The id that SqsEventSource gives: under another one a deploy would make a second mapping first, which AWS refuses.
    fn.addEventSourceMapping(`SqsEventSource:${Names.nodeUniqueId(this.queue.node)}`, {
      ...options,
      eventSourceArn: this.queue.queueArn,
      maxBatchingWindow: this.#batchingWindow,
      reportBatchItemFailures: true,
    });
  }
}
