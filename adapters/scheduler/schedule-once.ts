/** A schedule that runs a function once and is gone then. */
import {
  ConflictException,
  CreateScheduleCommand,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';

export interface ScheduleTarget {
  functionArn: string;
  /** The schedule group. */
  group: string;
  /** With it Scheduler calls the function. */
  roleArn: string;
  /** Gets what cannot be delivered. */
  deadLetterQueueArn: string;
}

const TIMEOUT_MS = 5_000;

/**
 * Does nothing where there is one of that name: a name says what it is for.
 *
 * @throws the client's own error: throttled, denied, no answer
 */
export async function scheduleOnce(
  client: SchedulerClient,
  target: ScheduleTarget,
  { name, at, input }: { name: string; at: Date; input: object },
): Promise<void> {
  const { functionArn, group, roleArn, deadLetterQueueArn } = target;
  const command = new CreateScheduleCommand({
    Name: name,
    GroupName: group,
    // Without an offset: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
    ScheduleExpression: `at(${at.toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    ActionAfterCompletion: 'DELETE',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: functionArn,
      RoleArn: roleArn,
      Input: JSON.stringify(input),
      DeadLetterConfig: { Arn: deadLetterQueueArn },
      RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 7_200 },
    },
  });
  try {
    await client.send(command, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    if (!(error instanceof ConflictException)) throw error;
  }
}
