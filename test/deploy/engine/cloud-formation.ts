/** CloudFormation's stacks and change sets: who may be deployed, and what is under way. */
import { AssemblyError } from '../../../local/assembly/assembly-error.ts';
import { planStack } from '../../../local/assembly/stack-plan.ts';
import type { Template } from '../../../local/assembly/template.ts';
import { QueryError } from '../control-plane/query-xml.ts';
import { type ChangeSet, type ChangeSetType, makeChangeSet } from './change-set.ts';
import { type PlannedTemplate, Stack } from './stack.ts';
import type { StackOperations } from './stack-operations.ts';

export interface CloudFormationOptions {
  region: string;
  accountId: string;
  sqsEndpoint: string;
  operations: StackOperations;
}

export class CloudFormation {
  readonly #options: CloudFormationOptions;
  readonly #arnPrefix: string;
  /** Deleted ones too, oldest first: they can still be asked for by id. */
  readonly #stacks: Stack[] = [];
  readonly #changeSets = new Set<ChangeSet>();

  constructor(options: CloudFormationOptions) {
    this.#options = options;
    this.#arnPrefix = `arn:aws:cloudformation:${options.region}:${options.accountId}`;
  }

  /** @throws QueryError when there is none, as CloudFormation words it. */
  stack(nameOrId: string): Stack {
    const found = this.#find(nameOrId);
    if (found !== undefined) return found;
    throw new QueryError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  }

  createChangeSet(request: {
    stackName: string;
    name: string;
    type: ChangeSetType;
    templateText: string;
    capabilities: readonly string[];
  }): ChangeSet {
    const { name, type, capabilities } = request;
    const stackName = this.#find(request.stackName)?.name ?? request.stackName;
    const wanted = this.#plan(stackName, request.templateText);
    requireCapabilities(wanted.template, capabilities);
    const existing = this.#find(request.stackName);
    if (existing === undefined && type === 'UPDATE') return this.stack(request.stackName) as never;
    const stack = existing ?? new Stack(stackName, this.#arnPrefix);
    const changeSet = makeChangeSet(stack, wanted, { name, type, arnPrefix: this.#arnPrefix });
    if (existing === undefined) {
      this.#stacks.push(stack);
      stack.setStatus('REVIEW_IN_PROGRESS', 'User Initiated');
    }
    this.#changeSets.add(changeSet);
    return changeSet;
  }

  /** @throws QueryError when there is none. */
  changeSet(nameOrId: string, stackNameOrId: string | null): ChangeSet {
    for (const changeSet of this.#changeSets) {
      const { id, name, stack } = changeSet;
      if (id === nameOrId) return changeSet;
      if (name === nameOrId && stack === this.#find(stackNameOrId ?? '')) return changeSet;
    }
    throw new QueryError('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, 404);
  }

  deleteChangeSet(changeSet: ChangeSet): void {
    this.#changeSets.delete(changeSet);
  }

  /** Returns once it has begun. */
  executeChangeSet(changeSet: ChangeSet): void {
    const { stack, wanted, status, type } = changeSet;
    if (status !== 'CREATE_COMPLETE') {
      throw new QueryError(
        'InvalidChangeSetStatus',
        `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${status}]`,
      );
    }
    // Executing one removes all of the stack.
    for (const other of this.#changeSets) {
      if (other.stack === stack) this.#changeSets.delete(other);
    }
    const { operations } = this.#options;
    const { current } = stack;
    stack.atRest =
      type === 'CREATE' || current === undefined
        ? operations.create(stack, wanted)
        : operations.update(stack, current, wanted);
  }

  /** Returns once it has begun. */
  deleteStack(stack: Stack): void {
    if (stack.terminationProtection) {
      throw new QueryError(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      );
    }
    stack.atRest = this.#options.operations.delete(stack);
  }

  /** Settles when nothing is under way. */
  async atRest(): Promise<void> {
    await Promise.all(this.#stacks.map((stack) => stack.atRest));
  }

  #find(nameOrId: string): Stack | undefined {
    return this.#stacks.find(
      (stack) => stack.id === nameOrId || (stack.name === nameOrId && !stack.deleted),
    );
  }

  #plan(stackName: string, text: string): PlannedTemplate {
    const { region, sqsEndpoint } = this.#options;
    try {
      const template = JSON.parse(text) as Template;
      return { text, template, plan: planStack({ stackName, region, template }, sqsEndpoint) };
    } catch (error) {
      if (!(error instanceof AssemblyError || error instanceof SyntaxError)) throw error;
      throw new QueryError('ValidationError', `Template format error: ${error.message}`);
    }
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html */
function requireCapabilities(template: Template, given: readonly string[]): void {
  const hasRoles = Object.values(template.Resources).some(({ Type: type }) =>
    type.startsWith('AWS::IAM::'),
  );
  if (!hasRoles || given.some((name) => /^CAPABILITY_(NAMED_)?IAM$/.test(name))) return;
  throw new QueryError(
    'InsufficientCapabilitiesException',
    'Requires capabilities : [CAPABILITY_IAM]',
  );
}
