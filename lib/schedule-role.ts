/** The role with which one schedule calls its function, and with which it tells of a call that could not be made. */
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

export interface ScheduleRoleProps {
  readonly target: lambda.IFunction;
  readonly scheduleGroup: IScheduleGroup;
  readonly deadLetterQueue: sqs.IQueue;
}

/** Made here because the role that CDK would make may also call every version and alias of the function. */
export function scheduleRole(scope: Construct, props: ScheduleRoleProps): iam.IRole {
  const { account } = Stack.of(scope);
  const role = new iam.Role(scope, 'ScheduleRole', {
    // Otherwise any schedule of any account could use it.
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com', {
      conditions: {
        StringEquals: {
          'aws:SourceAccount': account,
          'aws:SourceArn': props.scheduleGroup.scheduleGroupArn,
        },
      },
    }),
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [props.target.functionArn],
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['sqs:SendMessage'],
      resources: [props.deadLetterQueue.queueArn],
    }),
  );
  return role.withoutPolicyUpdates();
}
