/** The names, addresses and ARNs that resources have on this machine. */
import { AssemblyError, NotRunLocallyError } from './assembly-error.ts';
import { ignoredResourceTypes } from './ignored-resource-types.ts';
import type { Template, TemplateResource } from './template.ts';

export interface PhysicalIdentity {
  name: string;
  /** What `Ref` gives. */
  ref: string;
  /** What `Fn::GetAtt` gives. */
  attributes: Readonly<Record<string, string>>;
}

export interface IdentityContext {
  stackName: string;
  template: Template;
  region: string;
  sqsEndpoint: string;
  resolve(value: unknown): unknown;
}

/** The account of everything local; fauxqs has it built in. */
export const ACCOUNT_ID = '000000000000';

/**
 * Resources without a name of their own are called `<stack>-<logical id>`, as CloudFormation does, but without the CDK's hash
 * and CloudFormation's random suffix: people read these names.
 *
 * @throws NotRunLocallyError for ignored types, AssemblyError for unknown ones.
 */
export function identify(
  logicalId: string,
  resource: TemplateResource,
  context: IdentityContext,
): PhysicalIdentity {
  const properties = resource.Properties ?? {};
  const own = (property: string): string | undefined => {
    const value = context.resolve(properties[property]);
    return value === undefined ? undefined : String(value);
  };
  const generated = `${context.stackName}-${readableId(logicalId, resource.Type, context.template)}`;
  const arn = (service: string, path: string): string =>
    `arn:aws:${service}:${context.region}:${ACCOUNT_ID}:${path}`;
  switch (resource.Type) {
    case 'AWS::SQS::Queue': {
      const name = own('QueueName') ?? generated;
      const url = `${context.sqsEndpoint}/${ACCOUNT_ID}/${name}`;
      return {
        name,
        ref: url,
        attributes: { Arn: arn('sqs', name), QueueName: name, QueueUrl: url },
      };
    }
    case 'AWS::Lambda::Function': {
      const name = own('FunctionName') ?? generated;
      return { name, ref: name, attributes: { Arn: arn('lambda', `function:${name}`) } };
    }
    case 'AWS::Lambda::Version': {
      const name = `${own('FunctionName')}:1`;
      const versionArn = arn('lambda', `function:${name}`);
      return { name, ref: versionArn, attributes: { FunctionArn: versionArn, Version: '1' } };
    }
    case 'AWS::Scheduler::ScheduleGroup': {
      const name = own('Name') ?? generated;
      return { name, ref: name, attributes: { Arn: arn('scheduler', `schedule-group/${name}`) } };
    }
    case 'AWS::Scheduler::Schedule': {
      const name = own('Name') ?? generated;
      const group = own('GroupName') ?? 'default';
      const scheduleArn = arn('scheduler', `schedule/${group}/${name}`);
      return { name, ref: name, attributes: { Arn: scheduleArn, GroupName: group } };
    }
    case 'AWS::IAM::Role': {
      const name = own('RoleName') ?? generated;
      return {
        name,
        ref: name,
        attributes: { Arn: `arn:aws:iam::${ACCOUNT_ID}:role/${name}` },
      };
    }
    case 'AWS::Logs::LogGroup': {
      const name = own('LogGroupName') ?? generated;
      return { name, ref: name, attributes: { Arn: arn('logs', `log-group:${name}:*`) } };
    }
    case 'AWS::IAM::Policy':
    case 'AWS::Lambda::EventSourceMapping':
    case 'AWS::Lambda::EventInvokeConfig':
    case 'Custom::Trigger':
      return { name: generated, ref: generated, attributes: {} };
    default: {
      const reason = ignoredResourceTypes[resource.Type];
      if (reason !== undefined) {
        throw new NotRunLocallyError(
          `${logicalId} is a ${resource.Type}, which is not run locally: ${reason}`,
        );
      }
      throw new AssemblyError(
        `${logicalId} is a ${resource.Type}, which the local engine does not know: teach it in local/assembly/stack-plan.ts, or give a reason to leave it out in local/assembly/ignored-resource-types.ts`,
      );
    }
  }
}

/** Without the hash that the CDK puts behind each logical id, unless that makes two of them the same. */
function readableId(logicalId: string, type: string, template: Template): string {
  const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');
  const short = withoutHash(logicalId);
  const alike = Object.entries(template.Resources).filter(
    ([id, resource]) => resource.Type === type && withoutHash(id) === short,
  );
  return alike.length === 1 ? short : logicalId;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html */
export function pseudoParameters(stackName: string, region: string): Record<string, string> {
  return {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Partition': 'aws',
    'AWS::Region': region,
    'AWS::StackId': `arn:aws:cloudformation:${region}:${ACCOUNT_ID}:stack/${stackName}/local`,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
}
