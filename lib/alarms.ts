/** What a person must be told: calls that are not stored, alerts that are not sent, jobs that do not run. */
import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { TricostConfig } from '../config/config.ts';
import { AlarmTopic } from './alarm-topic.ts';
import { functionMetric } from './metrics.ts';
import { TricostAlarm, type TricostAlarmProps } from './tricost-alarm.ts';

/** What a capability exposes to be watched. */
interface Watched {
  readonly function: lambda.Function;
}
interface WatchedQueue extends Watched {
  readonly queue: sqs.IQueue;
  readonly deadLetterQueue: sqs.IQueue;
}

export interface AlarmsProps {
  readonly config: TricostConfig;
  readonly ingestCalls: WatchedQueue;
  readonly notify: WatchedQueue;
  readonly createPartitions: Watched;
  readonly reprice: Watched;
  readonly spendAlert: Watched;
  /** Undefined: there is none. */
  readonly canary: Watched | undefined;
  readonly failedJobs: sqs.IQueue;
}

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = ComparisonOperator;
const { BREACHING, IGNORE, NOT_BREACHING } = TreatMissingData;
const FIVE_MINUTES = Duration.minutes(5);
const LATE = Duration.minutes(15);

const CANARY_LATE = Duration.minutes(5);

/** From one canary to the next. */
const QUARTER = Duration.minutes(15);

/** More than the six minutes after which the calls queue delivers a failed message again, so that its alarm stays on. */
const BETWEEN_ATTEMPTS = Duration.minutes(15);

/** Fewer rejected events than this in an hour wake nobody, whatever their share of a quiet hour's traffic. */
const REJECTED_FLOOR = 10;

export class Alarms extends Construct {
  readonly topicArn: string;
  readonly #stackName: string;
  readonly #add: (name: string, alarm: Omit<TricostAlarmProps, 'stackName' | 'topic'>) => void;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const topic = new AlarmTopic(this, 'Topic', props.config);
    const { stackName } = props.config;
    this.topicArn = topic.topicArn;
    this.#stackName = stackName;
    this.#add = (name, alarm) => new TricostAlarm(this, name, { ...alarm, stackName, topic });

    this.#watchIngest(props.ingestCalls);
    this.#watchNotify(props.notify);
    this.#watchJobs(props);
    if (props.canary !== undefined) this.#watchCanary(props.canary);
  }

  #watchIngest({ queue, deadLetterQueue, function: ingest }: WatchedQueue): void {
    this.#onMessage(
      'calls-dead-letters',
      deadLetterQueue,
      'Calls failed a hundred times and wait in the dead-letter queue; they are lost when they are 14 days old.',
      'npx tricost dlq peek',
    );
    this.#onErrors(
      'ingest-calls-errors',
      ingest,
      'The function that stores calls crashed or timed out.',
    );
    this.#add('ingest-calls-bugs', {
      metric: functionMetric('ingest-calls', 'Bugs', {
        statistic: 'Sum',
        period: BETWEEN_ATTEMPTS,
      }),
      threshold: 0,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning:
        'A message makes our own code fail: its calls are not stored, and it is tried again until a fix is deployed.',
      command: tailLogs(ingest),
    });
    this.#add('calls-waiting', {
      metric: queue.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES }),
      threshold: LATE.toSeconds(),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning: 'Calls wait for more than 15 minutes and nothing takes them off the queue.',
      command: tailLogs(ingest),
    });
    // SQS leaves messages that were received three times out of the age above, and that is every message during an outage
    // of the database. This one comes from the messages themselves; it keeps its state until a batch says otherwise.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    this.#add('calls-late', {
      metric: functionMetric('ingest-calls', 'LagMs', {
        statistic: 'Maximum',
        period: FIVE_MINUTES,
      }),
      threshold: LATE.toMilliseconds(),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: IGNORE,
      meaning:
        'Calls are taken off the queue but not stored for more than 15 minutes: the database is probably down, unless ingest-calls-bugs rings too.',
      command: tailLogs(ingest),
    });
    const period = Duration.hours(1);
    const sum = (name: 'Stored' | 'Duplicate' | 'Rejected') =>
      functionMetric('ingest-calls', name, { statistic: 'Sum', period });
    this.#add('calls-rejected', {
      metric: new MathExpression({
        label: 'rejected events, percent',
        expression: `IF(rejected >= ${REJECTED_FLOOR}, 100 * rejected / (stored + duplicate + rejected), 0)`,
        usingMetrics: {
          stored: sum('Stored'),
          duplicate: sum('Duplicate'),
          rejected: sum('Rejected'),
        },
        period,
      }),
      threshold: 1,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning: `More than 1 % of the last hour's events (and at least ${REJECTED_FLOOR}) cannot be calls: some app publishes them wrongly and its spend is missing.`,
      command:
        'psql "$DATABASE_URL" -c "select reason, count(*), max(detail) from tricost.rejected_calls where received_at > now() - interval \'2 hours\' group by 1 order by 2 desc"',
    });
  }

  #watchNotify({ deadLetterQueue, function: notify }: WatchedQueue): void {
    this.#onMessage(
      'notify-dead-letters',
      deadLetterQueue,
      'Delivery to Slack was given up after a hundred attempts; undelivered alerts wait in tricost.outbox.',
      'npx tricost dlq peek --queue notify',
    );
    this.#onErrors(
      'notify-errors',
      notify,
      'The function that delivers alerts to Slack crashed or timed out.',
    );
    this.#add('notifications-failed', {
      metric: functionMetric('notify', 'NotificationsFailed', {
        statistic: 'Sum',
        period: FIVE_MINUTES,
      }),
      threshold: 0,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning:
        'Slack refused an alert for good, or nothing could be tried: the webhook is probably gone.',
      command:
        'psql "$DATABASE_URL" -c "select id, created_at, attempts, failed_at, last_error from tricost.outbox where delivered_at is null order by id"',
    });
  }

  #watchJobs({ config, createPartitions, reprice, spendAlert, failedJobs }: AlarmsProps): void {
    this.#onMessage(
      'failed-jobs',
      failedJobs,
      'A scheduled run was not delivered, or failed three times in a row.',
      'npx tricost dlq peek --queue failed-jobs',
    );
    this.#onErrors(
      'create-partitions-errors',
      createPartitions.function,
      'The daily partition job crashed or timed out.',
    );
    this.#onErrors(
      'reprice-errors',
      reprice.function,
      'The daily job that prices calls without a price crashed or timed out.',
    );
    this.#onErrors(
      'spend-alert-errors',
      spendAlert.function,
      'A run of the spend alert crashed or timed out.',
    );
    this.#add('partitions-missing', {
      metric: functionMetric('create-partitions', 'PartitionsAhead', {
        statistic: 'Minimum',
        period: Duration.days(1),
      }),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      // Two, because a day has no report yet until the job's twenty past midnight.
      evaluationPeriods: 2,
      // A job that is switched off reports nothing until the last month is full: silence must ring, too.
      treatMissingData: BREACHING,
      meaning:
        'For two days the partition job has not reported that next month has a partition: without one, calls wait in the queue from its first day on.',
      command: runSchedule('create-partitions', config.stackName),
    });
    this.#add('spend-alert-silent', {
      metric: functionMetric('spend-alert', 'SpendAlertSucceeded', {
        statistic: 'Sum',
        period: Duration.hours(1),
      }),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 26,
      // An alert that does not run says nothing: silence is what must ring.
      treatMissingData: BREACHING,
      meaning:
        'The spend alert has not succeeded for 26 hours, so a jump in spend would go unnoticed.',
      command: runSchedule('spend-alert', config.stackName),
    });
  }

  #watchCanary({ function: canary }: Watched): void {
    this.#add('canary-missing', {
      // The best of a quarter: a run by hand, once the cause is gone, ends the alarm.
      metric: functionMetric('canary', 'CanaryArrived', { statistic: 'Maximum', period: QUARTER }),
      threshold: 1,
      comparisonOperator: LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      // A canary that is no longer sent does not arrive either.
      treatMissingData: BREACHING,
      meaning:
        'A test message was not stored within 15 minutes, or none was sent: calls are probably not stored either.',
      command: runSchedule('canary', this.#stackName),
    });
    this.#add('canary-late', {
      metric: functionMetric('canary', 'CanaryLagMs', { statistic: 'Maximum', period: QUARTER }),
      threshold: CANARY_LATE.toMilliseconds(),
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning: 'A test message took more than 5 minutes to be stored; calls take as long.',
      command: tailLogs(canary),
    });
  }

  /** Rings as soon as something lies in a queue that ought to be empty, until it is emptied. */
  #onMessage(name: string, queue: sqs.IQueue, meaning: string, command: string): void {
    this.#add(name, {
      metric: queue.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: 'Maximum',
      }),
      threshold: 0,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning,
      command: `${command} --aws --stack ${this.#stackName}`,
    });
  }

  #onErrors(name: string, fn: lambda.Function, meaning: string): void {
    this.#add(name, {
      metric: fn.metricErrors({ period: FIVE_MINUTES, statistic: 'Sum' }),
      threshold: 0,
      comparisonOperator: GREATER_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: NOT_BREACHING,
      meaning,
      command: tailLogs(fn),
    });
  }
}

function tailLogs(fn: lambda.Function): string {
  return `aws logs tail ${fn.logGroup.logGroupName} --since 1h`;
}

function runSchedule(name: string, stackName: string): string {
  return `npx tricost schedules run ${name} --aws --stack ${stackName}`;
}
