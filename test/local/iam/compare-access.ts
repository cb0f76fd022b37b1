/** Compares what roles may do with what they were seen to ask for. */
import type { RoleDefinition } from '../../../local/assembly/resources/role.ts';
import type { AccessRequest } from '../../../local/iam/access-control.ts';
import { covers, decide } from '../../../local/iam/evaluate.ts';

interface Grant {
  actions: [string];
  resources: [string];
}

/** A pattern allows more than was seen to be asked for. These are needed: what they stand for has no name before it is used. */
const NEEDED_PATTERNS: readonly { action: RegExp; resource: RegExp }[] = [
  {
    // Lambda names the streams of a function's log group.
    action: /^logs:(CreateLogStream|PutLogEvents)$/,
    resource: /^arn:aws:logs:[^*?]+:log-group:[^*?:]+:\*$/,
  },
  {
    // The CDK's trigger calls a version of its function, which each deploy makes.
    action: /^lambda:InvokeFunction$/,
    resource: /^arn:aws:lambda:[^*?]+:function:[^*?:]+:\*$/,
  },
  {
    // A follow-up's schedule has the name of what it follows.
    action: /^scheduler:CreateSchedule$/,
    resource: /^arn:aws:scheduler:[^*?]+:schedule\/[^*?/]+-follow-ups\/\*$/,
  },
  {
    // Teams are rows, so their parameters have no name in the template.
    action: /^ssm:GetParameters$/,
    resource: /^arn:aws:ssm:[^*?]+:parameter\/tricost\/[^*?/]+\/slack\/\*$/,
  },
];

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
    const grants = grantsOf(role);
    return [
      ...asked
        .filter(
          ({ action, resource, decision }) =>
            decision !== 'allowed' || decide(role.statements, action, resource) !== 'allowed',
        )
        .map(({ action, resource }) => `${role.logicalId} lacks ${action} on ${resource}`),
      ...grants
        .filter((grant) => !asked.some(({ action, resource }) => covers(grant, action, resource)))
        .map(
          ({ actions, resources }) => `${role.logicalId} never needs ${actions} on ${resources}`,
        ),
      ...grants
        .filter(isTooWide)
        .map(
          ({ actions, resources }) =>
            `${role.logicalId} may do ${actions} on ${resources}: name what it needs`,
        ),
    ];
  });
}

/** One action on one resource each. */
function grantsOf({ statements }: RoleDefinition): Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources.map((resource): Grant => ({ actions: [action], resources: [resource] })),
      ),
    );
}

function isTooWide({ actions: [action], resources: [resource] }: Grant): boolean {
  return (
    /[*?]/.test(action + resource) &&
    !NEEDED_PATTERNS.some((it) => it.action.test(action) && it.resource.test(resource))
  );
}
