/** Decides about one request by a role's own policies, as IAM does: nothing is allowed unless a statement says so, and a Deny wins. */
import type { Statement } from '../assembly/resources/role.ts';

export type Decision = 'allowed' | 'implicitDeny' | 'explicitDeny';

/**
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @throws Error when the answer depends on a condition.
 */
export function decide(
  statements: readonly Statement[],
  action: string,
  resource: string,
): Decision {
  const relevant = statements.filter((statement) => covers(statement, action, resource));
  if (relevant.some(({ isConditional }) => isConditional)) {
    throw new Error(
      `whether ${action} on ${resource} is allowed depends on a condition, and conditions are not evaluated locally; teach them in local/iam/evaluate.ts`,
    );
  }
  if (relevant.some(({ effect }) => effect === 'Deny')) return 'explicitDeny';
  return relevant.length > 0 ? 'allowed' : 'implicitDeny';
}

/** Whether a statement is about the request, whatever it says of it. */
export function covers(
  { actions, resources }: Pick<Statement, 'actions' | 'resources'>,
  action: string,
  resource: string,
): boolean {
  return (
    // Actions are compared without regard to case, resources with.
    actions.some((pattern) => toRegExp(pattern, 'i').test(action)) &&
    resources.some((pattern) => toRegExp(pattern, '').test(resource))
  );
}

function toRegExp(pattern: string, flags: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, flags);
}
