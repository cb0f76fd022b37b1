/** Holds the function that runs CDK triggers to our own rules: no AWS-managed policy, a log group that expires. */
import { type CfnResource, CustomResourceProviderBase, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Trigger } from 'aws-cdk-lib/triggers';

/** The id under which aws-cdk-lib/triggers makes its provider, once per stack. */
const PROVIDER_ID = 'AWSCDK.TriggerCustomResourceProviderCustomResourceProvider';

/** @throws Error when a new aws-cdk-lib builds the provider differently. */
export function restrictTriggerProvider(trigger: Trigger): void {
  const stack = Stack.of(trigger);
  const provider = stack.node.tryFindChild(PROVIDER_ID);
  if (!(provider instanceof CustomResourceProviderBase)) {
    throw new Error(
      `aws-cdk-lib no longer makes ${PROVIDER_ID}: adapt lib/trigger-provider.ts to it`,
    );
  }
  const logGroup = new logs.LogGroup(stack, 'TriggerProviderLogs', {
    retention: logs.RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: [logGroup.logGroupArn],
  });
  const role = provider.node.findChild('Role') as CfnResource;
  role.addPropertyDeletionOverride('ManagedPolicyArns');
  const handler = provider.node.findChild('Handler') as CfnResource;
  handler.addPropertyOverride('LoggingConfig', {
    LogFormat: 'JSON',
    LogGroup: logGroup.logGroupName,
  });
  handler.addPropertyOverride('Runtime', lambda.Runtime.NODEJS_24_X.name);
}
