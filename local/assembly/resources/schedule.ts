/** AWS::Scheduler::Schedule: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html */
import {
  parseScheduleExpression,
  type Recurrence,
} from '../../../domain/schedules/schedule-expression.ts';
import type { Properties } from '../properties.ts';

export interface ScheduleDefinition {
  logicalId: string;
  name: string;
  arn: string;
  groupName: string;
  expression: string;
  timezone: string;
  recurrence: Recurrence;
  enabled: boolean;
  targetArn: string;
  input: string;
  roleArn: string;
  /** Gets what could not be delivered. */
  deadLetterQueueArn: string | undefined;
  description: string | undefined;
  /** Absent: it stays. */
  deleteAfterCompletion?: boolean;
}

export function readSchedule(
  properties: Properties,
  identity: Pick<ScheduleDefinition, 'logicalId' | 'name' | 'arn' | 'groupName'>,
): ScheduleDefinition {
  const expression = properties.string('ScheduleExpression');
  const timezone = properties.optionalString('ScheduleExpressionTimezone') ?? 'UTC';
  const target = properties.child('Target');
  target.ignore({
    RetryPolicy: 'a delivery fails here only for good: without permission, or without its function',
  });
  properties.child('FlexibleTimeWindow').ignore({
    Mode: 'a run at the start of its window is within it',
    MaximumWindowInMinutes: 'a run at the start of its window is within it',
  });
  properties.ignore({
    Name: 'read before, as the name of the schedule',
    GroupName: 'read before, as part of the identity',
  });
  return {
    ...identity,
    expression,
    timezone,
    recurrence: parse(properties, expression, timezone),
    enabled: properties.oneOf('State', ['ENABLED', 'DISABLED'], 'ENABLED') === 'ENABLED',
    targetArn: target.string('Arn'),
    input: target.optionalString('Input') ?? '{}',
    roleArn: target.string('RoleArn'),
    deadLetterQueueArn: target.optionalChild('DeadLetterConfig')?.string('Arn'),
    description: properties.optionalString('Description'),
  };
}

function parse(properties: Properties, expression: string, timezone: string): Recurrence {
  try {
    return parseScheduleExpression(expression, timezone);
  } catch (error) {
    return properties.fail('ScheduleExpression', `is refused: ${(error as Error).message}`);
  }
}
