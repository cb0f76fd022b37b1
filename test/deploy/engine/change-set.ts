/** A change set: a template that waits to be executed, or says that it changes nothing. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { QueryError } from '../control-plane/query-xml.ts';
import { replaced } from './replacement.ts';
import type { PlannedTemplate, Stack } from './stack.ts';
import { type ResourceChange, templateChanges } from './template-changes.ts';

export type ChangeSetType = 'CREATE' | 'UPDATE';

export interface ChangeSet {
  id: string;
  name: string;
  type: ChangeSetType;
  stack: Stack;
  wanted: PlannedTemplate;
  changes: ResourceChange[];
  createdAt: Date;
  /** In CloudFormation's words. */
  status: 'CREATE_COMPLETE' | 'FAILED';
  reason?: string;
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html */
const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'];

const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** @throws QueryError as CloudFormation answers when the stack is in no state for it. */
export function makeChangeSet(
  stack: Stack,
  wanted: PlannedTemplate,
  { name, type, arnPrefix }: { name: string; type: ChangeSetType; arnPrefix: string },
): ChangeSet {
  const inReview = stack.status === 'REVIEW_IN_PROGRESS';
  if (type === 'CREATE' && !inReview) {
    throw new QueryError(
      'ValidationError',
      `Stack ${stack.name} already exists and cannot be created again with the changeSet ${name}.`,
    );
  }
  if (type === 'UPDATE' && !UPDATABLE.includes(stack.status)) {
    throw new QueryError(
      'ValidationError',
      `Stack:${stack.id} is in ${stack.status} state and can not be updated.`,
    );
  }
  const before = stack.current?.template;
  const changes = templateChanges(before, wanted.template);
  const [replacement] = before === undefined ? [] : replaced(changes, before);
  if (replacement !== undefined) {
    throw new QueryError(
      'ValidationError',
      `${replacement} would be replaced, which is not emulated`,
    );
  }
  const same =
    before !== undefined &&
    changes.length === 0 &&
    isDeepStrictEqual(before.Outputs, wanted.template.Outputs);
  return {
    id: `${arnPrefix}:changeSet/${name}/${randomUUID()}`,
    name,
    type,
    stack,
    wanted,
    changes,
    createdAt: new Date(),
    ...(same ? { status: 'FAILED', reason: NO_CHANGES } : { status: 'CREATE_COMPLETE' }),
  };
}
