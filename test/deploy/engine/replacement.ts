/** Which changes AWS makes by a new resource in place of the old one; the engine makes none of these. */
import type { Template } from '../../../local/assembly/template.ts';
import type { ResourceChange } from './template-changes.ts';

/** "Update requires: Replacement" in https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/ */
const REPLACING_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::Role': ['RoleName', 'Path'],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::SQS::Queue': ['QueueName'],
  'AWS::Lambda::Function': ['FunctionName'],
  'AWS::Lambda::Version': ['FunctionName', 'Description'],
  'AWS::Lambda::EventSourceMapping': ['EventSourceArn'],
  'AWS::Lambda::EventInvokeConfig': ['FunctionName', 'Qualifier'],
  'AWS::Scheduler::Schedule': ['Name', 'GroupName'],
  'AWS::Scheduler::ScheduleGroup': ['Name'],
  'Custom::Trigger': ['ServiceToken'],
};

/** @param before the template that the changes start from */
export function replaced(changes: readonly ResourceChange[], before: Template): string[] {
  return changes.flatMap(({ action, logicalId, type, properties }) => {
    if (action !== 'Modify') return [];
    const replacing = REPLACING_PROPERTIES[type] ?? [];
    const otherType = before.Resources[logicalId]?.Type !== type;
    return otherType || properties.some((name) => replacing.includes(name)) ? [logicalId] : [];
  });
}
