/** The actions of CloudFormation that the CDK command line uses. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/ */
import type { ChangeSet } from '../engine/change-set.ts';
import type { CloudFormation } from '../engine/cloud-formation.ts';
import type { Stack } from '../engine/stack.ts';
import { QueryError, queryAnswer, type XmlResponse, type XmlValue } from './query-xml.ts';

export const CLOUDFORMATION_NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';

export interface CloudFormationApiOptions {
  cloudFormation: CloudFormation;
  /** The text of what was uploaded to that address, or undefined. */
  readTemplate(url: URL): string | undefined;
}

type Action = (parameters: URLSearchParams) => XmlValue | Promise<XmlValue>;

export class CloudFormationApi {
  readonly #options: CloudFormationApiOptions;
  readonly #actions: Readonly<Record<string, Action>> = {
    CreateChangeSet: (parameters) => this.#createChangeSet(parameters),
    DescribeChangeSet: (parameters) => describeChangeSet(this.#changeSet(parameters)),
    DeleteChangeSet: (parameters) => this.#deleteChangeSet(parameters),
    ExecuteChangeSet: (parameters) => this.#executeChangeSet(parameters),
    DescribeStacks: (parameters) => this.#describeStacks(parameters),
    DescribeStackEvents: (parameters) => describeEvents(this.#stack(parameters)),
    DescribeStackResources: (parameters) => describeResources(this.#stack(parameters)),
    GetTemplate: (parameters) => ({
      TemplateBody: this.#stack(parameters).current?.text ?? '{}',
      StagesAvailable: ['Original', 'Processed'],
    }),
    UpdateTerminationProtection: (parameters) => this.#protect(parameters),
    DeleteStack: (parameters) => this.#deleteStack(parameters),
  };

  constructor(options: CloudFormationApiOptions) {
    this.#options = options;
  }

  async answer(parameters: URLSearchParams): Promise<XmlResponse> {
    const name = parameters.get('Action') ?? '';
    const action = this.#actions[name];
    if (action === undefined) {
      throw new QueryError('InvalidAction', `CloudFormation ${name} is not emulated`);
    }
    return queryAnswer(CLOUDFORMATION_NAMESPACE, name, await action(parameters));
  }

  #stack(parameters: URLSearchParams): Stack {
    return this.#options.cloudFormation.stack(parameters.get('StackName') ?? '');
  }

  #changeSet(parameters: URLSearchParams): ChangeSet {
    return this.#options.cloudFormation.changeSet(
      parameters.get('ChangeSetName') ?? '',
      parameters.get('StackName'),
    );
  }

  #createChangeSet(parameters: URLSearchParams): XmlValue {
    const { id, stack } = this.#options.cloudFormation.createChangeSet({
      stackName: parameters.get('StackName') ?? '',
      name: parameters.get('ChangeSetName') ?? '',
      type: parameters.get('ChangeSetType') === 'CREATE' ? 'CREATE' : 'UPDATE',
      templateText: this.#templateText(parameters),
      capabilities: members(parameters, 'Capabilities'),
    });
    return { Id: id, StackId: stack.id };
  }

  #templateText(parameters: URLSearchParams): string {
    const url = parameters.get('TemplateURL');
    const text =
      url === null ? parameters.get('TemplateBody') : this.#options.readTemplate(new URL(url));
    if (typeof text === 'string') return text;
    throw new QueryError('ValidationError', `S3 error: The specified key does not exist: ${url}`);
  }

  #deleteChangeSet(parameters: URLSearchParams): XmlValue {
    // CloudFormation says nothing when there is none.
    try {
      this.#options.cloudFormation.deleteChangeSet(this.#changeSet(parameters));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
    }
    return {};
  }

  #executeChangeSet(parameters: URLSearchParams): XmlValue {
    if (parameters.get('DisableRollback') === 'true') {
      throw new QueryError('ValidationError', 'DisableRollback is not emulated');
    }
    this.#options.cloudFormation.executeChangeSet(this.#changeSet(parameters));
    return {};
  }

  /** Answered once the stack is at rest: the command line would ask again only after five seconds. */
  async #describeStacks(parameters: URLSearchParams): Promise<XmlValue> {
    const stack = this.#stack(parameters);
    await stack.atRest;
    // By name, a stack that is gone meanwhile is no stack any more.
    return { Stacks: [describeStack(this.#stack(parameters))] };
  }

  #protect(parameters: URLSearchParams): XmlValue {
    const stack = this.#stack(parameters);
    stack.terminationProtection = parameters.get('EnableTerminationProtection') === 'true';
    return { StackId: stack.id };
  }

  #deleteStack(parameters: URLSearchParams): XmlValue {
    this.#options.cloudFormation.deleteStack(this.#stack(parameters));
    return {};
  }
}

function describeStack(stack: Stack): XmlValue {
  const outputs = Object.entries(stack.current?.plan.outputs ?? {});
  return {
    StackName: stack.name,
    StackId: stack.id,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    CreationTime: stack.createdAt,
    DisableRollback: false,
    EnableTerminationProtection: stack.terminationProtection,
    Outputs: outputs.map(([name, value]) => ({ OutputKey: name, OutputValue: value })),
    Parameters: [],
    Capabilities: [],
    Tags: [],
    NotificationARNs: [],
  };
}

function describeChangeSet(changeSet: ChangeSet): XmlValue {
  const { id, name, stack, changes, status, reason, createdAt } = changeSet;
  return {
    ChangeSetId: id,
    ChangeSetName: name,
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: createdAt,
    Status: status,
    StatusReason: reason,
    ExecutionStatus: status === 'FAILED' ? 'UNAVAILABLE' : 'AVAILABLE',
    Changes: changes.map(({ action, logicalId, type, properties }) => ({
      Type: 'Resource',
      ResourceChange: {
        Action: action,
        LogicalResourceId: logicalId,
        ResourceType: type,
        Replacement: action === 'Modify' ? 'False' : undefined,
        Scope: properties.length > 0 ? ['Properties'] : [],
        Details: properties.map((property) => ({
          Target: { Attribute: 'Properties', Name: property, RequiresRecreation: 'Never' },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        })),
      },
    })),
  };
}

/** Newest first. */
function describeEvents(stack: Stack): XmlValue {
  const events = stack.events.toReversed().map((event) => ({
    EventId: event.id,
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: event.at,
    ResourceStatus: event.status,
    ResourceStatusReason: event.reason,
  }));
  return { StackEvents: events };
}

function describeResources(stack: Stack): XmlValue {
  const resources = [...stack.resources.values()].map((resource) => ({
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ResourceStatus: resource.status,
    Timestamp: resource.changedAt,
  }));
  return { StackResources: resources };
}

/** The query protocol's lists: `<name>.member.1`, `<name>.member.2`, … */
function members(parameters: URLSearchParams, name: string): string[] {
  return [...parameters].flatMap(([key, value]) =>
    key.startsWith(`${name}.member.`) ? [value] : [],
  );
}
