/** What Lambda itself does with a function's role: takes it, and writes the function's log with it. */
import { ACCOUNT_ID } from '../assembly/identity.ts';
import type { FunctionDefinition } from '../assembly/resources/function.ts';
import type { RoleDefinition } from '../assembly/resources/role.ts';
import type { AccessControl } from '../iam/access-control.ts';

export const LOG_STREAM = 'local';

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html#monitoring-cloudwatchlogs-prereqs */
const LOG_ACTIONS = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/**
 * @param onError told when the log would stay empty on AWS, where nothing says so
 * @throws Error when the role is not there or not for Lambda.
 */
export function takeFunctionRole(
  { name, roleArn, logGroupName }: FunctionDefinition,
  access: AccessControl,
  region: string,
  onError: (functionName: string, problem: string) => void,
): RoleDefinition {
  const role = access.assume(roleArn, 'lambda.amazonaws.com');
  const stream = `arn:aws:logs:${region}:${ACCOUNT_ID}:log-group:${logGroupName}:log-stream:${LOG_STREAM}`;
  const refused = LOG_ACTIONS.filter(
    (action) => !access.allows(role, { action, resource: stream }),
  );
  if (refused.length > 0) {
    onError(
      name,
      `${role.name} may not do ${refused.join(' and ')} on ${stream}: on AWS it would have no log`,
    );
  }
  return role;
}
