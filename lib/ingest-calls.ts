/** ingest-calls: the queue that apps publish to, and the function that stores its calls. */
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import type { IngestCallsEnv } from '../lambdas/ingest-calls/env.ts';
import { databaseEnvironment } from './database-environment.ts';
import { TricostFunction } from './tricost-function.ts';
import { WorkQueue } from './work-queue.ts';

export interface IngestCallsProps {
  readonly config: TricostConfig;
  readonly notifyQueue: sqs.IQueue;
}

export class IngestCalls extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetterQueue: sqs.Queue;
  readonly function: lambda.Function;

  constructor(scope: Construct, id: string, { config, notifyQueue }: IngestCallsProps) {
    super(scope, id);
    const timeout = Duration.minutes(1);
    const calls = new WorkQueue(this, 'Queue', {
      functionTimeout: timeout,
      batchingWindow: Duration.seconds(5),
    });
    this.queue = calls.queue;
    this.deadLetterQueue = calls.deadLetterQueue;
    this.function = new TricostFunction(this, 'Function', {
      slug: 'ingest-calls',
      description: 'tricost: stores the LLM calls that apps publish',
      timeout,
      memorySize: 512,
      environment: {
        TRICOST_DATABASE_URL_PARAMETER: config.parameters.runtimeDatabaseUrl,
        TRICOST_DATABASE_CA: databaseEnvironment(config.databaseCa).ca,
        TRICOST_QUEUE_URL: this.queue.queueUrl,
        TRICOST_NOTIFY_QUEUE_URL: notifyQueue.queueUrl,
        // V8 would let the space for young objects grow to three times 32 MB, which buys nothing here:
        // https://nodejs.org/docs/latest-v24.x/api/cli.html#--max-semi-space-sizesize-in-mib
        NODE_OPTIONS: '--max-semi-space-size=8',
      } satisfies IngestCallsEnv & { NODE_OPTIONS: string },
      parameterNames: [config.parameters.runtimeDatabaseUrl],
      config,
    }).function;
    this.function.addToRolePolicy(
      new iam.PolicyStatement({ actions: ['sqs:SendMessage'], resources: [notifyQueue.queueArn] }),
    );
    // Five at a time is far above need when events are packed, and far below any database's connection limit.
    // Reserved concurrency would do the same but fails to deploy in a new account, whose limit is 10.
    calls.feed(this.function, { batchSize: 100, maxConcurrency: 5 });
  }
}
