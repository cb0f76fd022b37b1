/** Rules about queues and the event sources that empty them. */
import { FUNCTION } from './function-rules.ts';
import { at, numberAt, type Resource, type Resources } from './resources.ts';
import type { Rule } from './rule.ts';

const MAPPING = 'AWS::Lambda::EventSourceMapping';
const QUEUE = 'AWS::SQS::Queue';

/** What SQS and Lambda take when nothing is said. */
const DEFAULTS = { batchSize: 10, functionTimeoutS: 3, retentionS: 4 * 86_400, visibilityS: 30 };

export const queueRules: readonly Rule[] = [
  {
    // AWS refuses it at deploy: "Batch size", https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    name: 'event-source-window',
    type: MAPPING,
    problem({ properties }) {
      const batchSize = numberAt(properties, 'BatchSize', DEFAULTS.batchSize);
      return batchSize <= 10 || windowOf(properties) >= 1
        ? undefined
        : `has batches of ${batchSize} and no window: set MaximumBatchingWindowInSeconds to 1 or more`;
    },
  },
  {
    // Otherwise a message comes again while it is worked on; the same page, "Setting the visibility timeout".
    name: 'event-source-visibility',
    type: MAPPING,
    problem({ properties }, resources) {
      const queue = queueOf(properties, resources);
      const target = resources.referred(properties['FunctionName'], FUNCTION);
      if (queue === undefined || target === undefined) return undefined;
      const timeout = numberAt(target.properties, 'Timeout', DEFAULTS.functionTimeoutS);
      const needed = 6 * timeout + windowOf(properties);
      const visibility = numberAt(queue.properties, 'VisibilityTimeout', DEFAULTS.visibilityS);
      return visibility >= needed
        ? undefined
        : `needs a VisibilityTimeout of ${needed} s at ${queue.logicalId}, six timeouts of ${target.logicalId} plus the window, not ${visibility} s`;
    },
  },
  {
    // Without a limit, a backlog opens as many database connections as the account has concurrency.
    name: 'event-source-concurrency',
    type: MAPPING,
    problem({ properties: { ScalingConfig: scaling } }) {
      const concurrency = numberAt(scaling, 'MaximumConcurrency', Number.NaN);
      return concurrency >= 2 && concurrency <= 1000
        ? undefined
        : 'has no limit that Lambda accepts: set ScalingConfig.MaximumConcurrency to 2 to 1000';
    },
  },
  {
    name: 'event-source-failures',
    type: MAPPING,
    problem: ({ properties: { FunctionResponseTypes: types } }) =>
      [types].flat().includes('ReportBatchItemFailures')
        ? undefined
        : 'repeats a whole batch for one failed message: set FunctionResponseTypes to ReportBatchItemFailures',
  },
  {
    name: 'event-source-dead-letters',
    type: MAPPING,
    problem({ properties }, resources) {
      const queue = queueOf(properties, resources);
      return queue === undefined || deadLetterQueueOf(queue, resources) !== undefined
        ? undefined
        : `loses what always fails: give ${queue.logicalId} a RedrivePolicy`;
    },
  },
  {
    // A message that is moved keeps its age.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    name: 'dead-letter-retention',
    type: QUEUE,
    problem(queue, resources) {
      const deadLetters = deadLetterQueueOf(queue, resources);
      if (deadLetters === undefined || retentionOf(deadLetters) > retentionOf(queue))
        return undefined;
      return `has a dead-letter queue, ${deadLetters.logicalId}, that forgets no later than itself: lengthen its MessageRetentionPeriod`;
    },
  },
];

function windowOf(properties: Resource['properties']): number {
  return numberAt(properties, 'MaximumBatchingWindowInSeconds', 0);
}

function retentionOf({ properties }: Resource): number {
  return numberAt(properties, 'MessageRetentionPeriod', DEFAULTS.retentionS);
}

function queueOf(properties: Resource['properties'], resources: Resources): Resource | undefined {
  return resources.referred(properties['EventSourceArn'], QUEUE);
}

function deadLetterQueueOf({ properties }: Resource, resources: Resources): Resource | undefined {
  return resources.referred(at(properties, 'RedrivePolicy', 'deadLetterTargetArn'), QUEUE);
}
