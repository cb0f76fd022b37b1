/** What CloudFormation does when a change set is executed or a stack is deleted, with its statuses and its way back. */
import { dependenciesOf, dependencyOrder } from '../../../local/assembly/dependency-order.ts';
import type { Template } from '../../../local/assembly/template.ts';
import { type Failure, inOrder } from './in-order.ts';
import type { PlannedTemplate, Stack } from './stack.ts';
import { type ResourceChange, templateChanges } from './template-changes.ts';

/** Makes resources real. Each method rejects with the reason that the stack's events then show. */
export interface ResourceProvider {
  create(stack: Stack, logicalId: string, wanted: PlannedTemplate): Promise<void>;
  /** @param before what the resource was made from */
  update(
    stack: Stack,
    logicalId: string,
    wanted: PlannedTemplate,
    before: PlannedTemplate,
  ): Promise<void>;
  delete(stack: Stack, logicalId: string, existing: PlannedTemplate): Promise<void>;
}

interface Applied {
  failures: Failure[];
  /** What was worked on, with or without success. */
  begun: ResourceChange[];
}

/** With the default of its options: a failure rolls everything back.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html */
export class StackOperations {
  readonly #provider: ResourceProvider;

  constructor(provider: ResourceProvider) {
    this.#provider = provider;
  }

  async create(stack: Stack, wanted: PlannedTemplate): Promise<void> {
    stack.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
    const changes = templateChanges(undefined, wanted.template);
    const { failures } = await this.#apply(stack, changes, wanted);
    if (failures.length === 0) {
      stack.current = wanted;
      stack.setStatus('CREATE_COMPLETE');
      return;
    }
    const reason = `${failed('create', failures)} Rollback requested by user.`;
    stack.setStatus('ROLLBACK_IN_PROGRESS', reason);
    const stuck = await this.#remove(stack, [...stack.resources.keys()], wanted);
    stack.setStatus(stuck.length === 0 ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED');
  }

  async update(stack: Stack, before: PlannedTemplate, wanted: PlannedTemplate): Promise<void> {
    stack.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
    const changes = templateChanges(before.template, wanted.template);
    const { failures, begun } = await this.#apply(stack, changes, wanted, before);
    if (failures.length > 0) {
      stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', failed('update', failures));
      await this.#undo(stack, begun, before, wanted);
      return;
    }
    stack.current = wanted;
    stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.#remove(stack, idsOf(changes, 'Remove'), before);
    stack.setStatus('UPDATE_COMPLETE');
  }

  async delete(stack: Stack): Promise<void> {
    stack.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
    const ids = [...stack.resources.keys()];
    const { current } = stack;
    const failures = current === undefined ? [] : await this.#remove(stack, ids, current);
    if (failures.length > 0) stack.setStatus('DELETE_FAILED', failed('delete', failures));
    else stack.setStatus('DELETE_COMPLETE');
  }

  /** What was updated goes back to what it was, then what was made goes; what was not reached is left alone. */
  async #undo(
    stack: Stack,
    begun: readonly ResourceChange[],
    before: PlannedTemplate,
    wanted: PlannedTemplate,
  ): Promise<void> {
    const modified = begun.filter(({ action }) => action === 'Modify');
    const { failures } = await this.#apply(stack, modified, before, wanted);
    if (failures.length > 0) {
      stack.setStatus('UPDATE_ROLLBACK_FAILED', failed('update', failures));
      return;
    }
    stack.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    await this.#remove(stack, idsOf(begun, 'Add'), wanted);
    stack.setStatus('UPDATE_ROLLBACK_COMPLETE');
  }

  /** Makes and updates, each resource after those it needs. */
  async #apply(
    stack: Stack,
    changes: readonly ResourceChange[],
    wanted: PlannedTemplate,
    before: PlannedTemplate = wanted,
  ): Promise<Applied> {
    const { template } = wanted;
    const byId = new Map(changes.map((change) => [change.logicalId, change]));
    const begun: ResourceChange[] = [];
    const failures = await inOrder(
      dependencyOrder(template),
      (logicalId) => dependenciesOf(logicalId, template),
      async (logicalId) => {
        const change = byId.get(logicalId);
        if (change === undefined) return;
        begun.push(change);
        const verb = change.action === 'Add' ? 'CREATE' : 'UPDATE';
        await track(stack, change, verb, () =>
          change.action === 'Add'
            ? this.#provider.create(stack, logicalId, wanted)
            : this.#provider.update(stack, logicalId, wanted, before),
        );
      },
    );
    return { failures, begun };
  }

  /** Deletes, each resource after those that need it. */
  async #remove(
    stack: Stack,
    logicalIds: readonly string[],
    existing: PlannedTemplate,
  ): Promise<Failure[]> {
    const { template } = existing;
    const backwards = dependencyOrder(template).reverse();
    return inOrder(
      backwards.filter((logicalId) => logicalIds.includes(logicalId)),
      (logicalId) => dependents(logicalId, template),
      async (logicalId) => {
        const type = template.Resources[logicalId]?.Type ?? '';
        await track(stack, { logicalId, type }, 'DELETE', () =>
          this.#provider.delete(stack, logicalId, existing),
        );
      },
    );
  }
}

async function track(
  stack: Stack,
  { logicalId, type }: Pick<ResourceChange, 'logicalId' | 'type'>,
  verb: 'CREATE' | 'UPDATE' | 'DELETE',
  work: () => Promise<void>,
): Promise<void> {
  stack.setResourceStatus(logicalId, type, `${verb}_IN_PROGRESS`);
  try {
    await work();
  } catch (error) {
    stack.setResourceStatus(logicalId, type, `${verb}_FAILED`, String((error as Error).message));
    throw error;
  }
  stack.setResourceStatus(logicalId, type, `${verb}_COMPLETE`);
}

function dependents(logicalId: string, template: Template): string[] {
  return Object.keys(template.Resources).filter((other) =>
    dependenciesOf(other, template).has(logicalId),
  );
}

function idsOf(changes: readonly ResourceChange[], action: ResourceChange['action']): string[] {
  return changes.filter((change) => change.action === action).map(({ logicalId }) => logicalId);
}

function failed(verb: string, failures: readonly Failure[]): string {
  const names = failures.map(({ logicalId }) => logicalId).join(', ');
  return `The following resource(s) failed to ${verb}: [${names}].`;
}
