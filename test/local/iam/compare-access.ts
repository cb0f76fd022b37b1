/** Compares what roles may do with what they were seen to ask for. */
import type { RoleDefinition } from '../../../local/assembly/resources/role.ts';
import type { AccessRequest } from '../../../local/iam/access-control.ts';
import { covers, decide } from '../../../local/iam/evaluate.ts';

/** One sentence for each difference; none when the roles are exactly as powerful as they must be. */
export function compareAccess(
  roles: readonly RoleDefinition[],
  requests: readonly AccessRequest[],
): string[] {
  return roles.flatMap((role) => {
    const asked = requests.filter((request) => request.role === role.logicalId);
    // The engine writes every function's log, also of one that nobody calls.
    if (asked.every(({ action }) => action.startsWith('logs:'))) {
      return [
        `${role.logicalId} was never used: make this test drive the function, schedule or trigger that has it`,
      ];
    }
    return [
      ...asked
        .filter(
          ({ action, resource, decision }) =>
            decision !== 'allowed' || decide(role.statements, action, resource) !== 'allowed',
        )
        .map(({ action, resource }) => `${role.logicalId} lacks ${action} on ${resource}`),
      ...grantsOf(role)
        .filter((grant) => !asked.some(({ action, resource }) => covers(grant, action, resource)))
        .map(
          ({ actions, resources }) => `${role.logicalId} never needs ${actions} on ${resources}`,
        ),
    ];
  });
}

/** One action on one resource each. */
function grantsOf({ statements }: RoleDefinition) {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources.map((resource) => ({ actions: [action], resources: [resource] })),
      ),
    );
}
