/** What a synthesized stack asks for, read from its template: everything the engine makes and runs. */

import { AssemblyError, NotRunLocallyError } from './assembly-error.ts';
import { dependencyOrder } from './dependency-order.ts';
import { identify, type PhysicalIdentity, pseudoParameters } from './identity.ts';
import { ignoredResourceTypes } from './ignored-resource-types.ts';
import { Properties } from './properties.ts';
import type { Assembly } from './read-assembly.ts';
import { type ResolveContext, resolve } from './resolve.ts';
import {
  type EventInvokeConfigDefinition,
  readEventInvokeConfig,
} from './resources/event-invoke-config.ts';
import {
  type EventSourceMappingDefinition,
  readEventSourceMapping,
} from './resources/event-source-mapping.ts';
import { type FunctionDefinition, readFunction } from './resources/function.ts';
import { type QueueDefinition, readQueue } from './resources/queue.ts';
import { type RoleDefinition, readPolicy, readRole } from './resources/role.ts';
import { readSchedule, type ScheduleDefinition } from './resources/schedule.ts';
import { readTrigger, type TriggerDefinition } from './resources/trigger.ts';
import type { TemplateResource } from './template.ts';

export interface StackPlan {
  stackName: string;
  region: string;
  roles: RoleDefinition[];
  queues: QueueDefinition[];
  functions: FunctionDefinition[];
  eventSourceMappings: EventSourceMappingDefinition[];
  eventInvokeConfigs: EventInvokeConfigDefinition[];
  schedules: ScheduleDefinition[];
  /** In dependency order. */
  triggers: TriggerDefinition[];
  /** By name, without those that tell of resources which are not run locally. */
  outputs: Record<string, string>;
}

/**
 * @param sqsEndpoint where the queues will be, `http://127.0.0.1:<port>`
 * @throws AssemblyError naming the resource, and the property if there is one, that cannot be run locally.
 */
export function planStack(
  assembly: Omit<Assembly, 'assetDirectory'>,
  sqsEndpoint: string,
): StackPlan {
  const { template, stackName, region } = assembly;
  const context = resolveContext(assembly, sqsEndpoint);
  const plan: StackPlan = {
    stackName,
    region,
    roles: [],
    queues: [],
    functions: [],
    eventSourceMappings: [],
    eventInvokeConfigs: [],
    schedules: [],
    triggers: [],
    outputs: {},
  };
  for (const logicalId of dependencyOrder(template)) {
    const resource = template.Resources[logicalId];
    if (resource === undefined) continue;
    if (resource.Type in ignoredResourceTypes) {
      refuseToIgnoreRoles(logicalId, resource);
      continue;
    }
    addResource(plan, logicalId, resource, context);
  }
  for (const [name, { Value: value }] of Object.entries(template.Outputs ?? {})) {
    try {
      plan.outputs[name] = String(resolve(value, context));
    } catch (error) {
      if (!(error instanceof NotRunLocallyError)) throw error;
    }
  }
  return plan;
}

/** A managed policy for publishers can be left out; one that is attached to a role would change what a function may do. */
function refuseToIgnoreRoles(
  logicalId: string,
  { Type: type, Properties: properties }: TemplateResource,
): void {
  if (type === 'AWS::IAM::ManagedPolicy' && properties?.['Roles'] !== undefined) {
    throw new AssemblyError(
      `${logicalId} (${type}): property Roles attaches it to roles, which is not known to the local engine: use an AWS::IAM::Policy`,
    );
  }
}

function addResource(
  plan: StackPlan,
  logicalId: string,
  resource: TemplateResource,
  context: ResolveContext & { identityOf(logicalId: string): PhysicalIdentity },
): void {
  if (resource.Condition !== undefined) {
    throw new AssemblyError(
      `${logicalId} (${resource.Type}) has condition ${resource.Condition}; conditional resources are not run locally`,
    );
  }
  const properties = new Properties(
    `${logicalId} (${resource.Type})`,
    resource.Properties ?? {},
    (value) => resolve(value, context),
  );
  const { name, ref, attributes } = context.identityOf(logicalId);
  const arn = attributes['Arn'] ?? '';
  switch (resource.Type) {
    case 'AWS::IAM::Role':
      plan.roles.push(readRole(properties, { logicalId, name, arn }));
      break;
    case 'AWS::IAM::Policy': {
      const { roleNames, statements } = readPolicy(properties);
      for (const role of plan.roles) {
        if (roleNames.includes(role.name)) role.statements.push(...statements);
      }
      break;
    }
    case 'AWS::Logs::LogGroup':
      properties.ignore({
        LogGroupName: 'read before, as the name of the group',
        RetentionInDays: 'local logs stay until you delete them',
        Tags: 'they have no effect',
      });
      break;
    case 'AWS::SQS::Queue':
      plan.queues.push(readQueue(properties, { logicalId, name, arn, url: ref }));
      break;
    case 'AWS::Lambda::Function':
      plan.functions.push(readFunction(properties, { logicalId, name, arn }));
      break;
    case 'AWS::Lambda::Version':
      properties.ignore({
        FunctionName: 'read before, as part of the identity',
        Description: 'it has no effect',
      });
      break;
    case 'AWS::Lambda::EventSourceMapping':
      plan.eventSourceMappings.push(readEventSourceMapping(properties, logicalId));
      break;
    case 'AWS::Lambda::EventInvokeConfig':
      plan.eventInvokeConfigs.push(readEventInvokeConfig(properties));
      break;
    case 'AWS::Scheduler::ScheduleGroup':
      properties.ignore({ Name: 'read before, as the identity', Tags: 'they have no effect' });
      break;
    case 'AWS::Scheduler::Schedule': {
      const groupName = attributes['GroupName'] ?? 'default';
      plan.schedules.push(readSchedule(properties, { logicalId, name, arn, groupName }));
      break;
    }
    case 'Custom::Trigger':
      plan.triggers.push(readTrigger(properties, logicalId));
      break;
  }
  properties.finish();
}

function resolveContext(assembly: Omit<Assembly, 'assetDirectory'>, sqsEndpoint: string) {
  const { template, stackName, region } = assembly;
  const known = new Map<string, PhysicalIdentity>();
  const identityOf = (logicalId: string): PhysicalIdentity => {
    const resource = template.Resources[logicalId];
    if (resource === undefined) {
      throw new AssemblyError(`nothing in the template is called ${logicalId}`);
    }
    const identity =
      known.get(logicalId) ??
      identify(logicalId, resource, {
        stackName,
        template,
        region,
        sqsEndpoint,
        resolve: (value) => resolve(value, context),
      });
    known.set(logicalId, identity);
    return identity;
  };
  const context = {
    template,
    pseudoParameters: pseudoParameters(stackName, region),
    identityOf,
    ref: (logicalId: string) => identityOf(logicalId).ref,
    attribute(logicalId: string, name: string): string {
      const value = identityOf(logicalId).attributes[name];
      if (value !== undefined) return value;
      throw new AssemblyError(
        `${logicalId} (${template.Resources[logicalId]?.Type}) has no attribute ${name} locally`,
      );
    },
  };
  return context;
}
