/** A function that runs on a schedule and whose failures end up where a person sees them. */
import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  type IScheduleGroup,
  Schedule,
  type ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { FailureQueue } from './failure-queue.ts';
import { scheduleRole } from './schedule-role.ts';
import { TricostFunction, type TricostFunctionProps } from './tricost-function.ts';

export interface ScheduledJobProps extends TricostFunctionProps {
  readonly schedule: ScheduleExpression;
  readonly scheduleGroup: IScheduleGroup;
  /** Gets what the scheduler could not deliver and what the function failed at three times. */
  readonly deadLetterQueue: sqs.IQueue;
}

export class ScheduledJob extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    super(scope, id);
    const { function: job, role } = new TricostFunction(this, 'Function', props);
    this.function = job;
    this.role = role;
    // The scheduler calls asynchronously: its own dead-letter queue never sees an error thrown by the function.
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    this.function.configureAsyncInvoke({
      retryAttempts: 2,
      onFailure: new FailureQueue(props.deadLetterQueue),
    });
    new Schedule(this, 'Schedule', {
      scheduleName: props.slug,
      description: props.description,
      scheduleGroup: props.scheduleGroup,
      schedule: props.schedule,
      target: new LambdaInvoke(this.function, {
        role: scheduleRole(this, { ...props, target: this.function }),
        input: ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime }),
        // The default, 185 attempts in a day, would run a morning's job in the evening.
        retryAttempts: 3,
        maxEventAge: Duration.hours(2),
        deadLetterQueue: props.deadLetterQueue,
      }),
    });
  }
}
