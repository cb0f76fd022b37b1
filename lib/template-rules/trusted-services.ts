/** Which AWS services may assume a role. */
import { at, type Resources } from './resources.ts';

/** False also for a role that is not in the template. */
export function trusts(resources: Resources, role: unknown, service: string): boolean {
  const found = resources.referred(role, 'AWS::IAM::Role');
  const statements = at(found?.properties, 'AssumeRolePolicyDocument', 'Statement');
  return [statements]
    .flat()
    .some(
      (statement) =>
        at(statement, 'Effect') === 'Allow' &&
        [at(statement, 'Principal', 'Service')].flat().includes(service),
    );
}
