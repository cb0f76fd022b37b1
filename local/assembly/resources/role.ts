/**
 * AWS::IAM::Role and AWS::IAM::Policy: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 * Of the policy language, what our own stack uses. Anything else is an error, so no permission is granted by a misreading.
 */
import type { Properties } from '../properties.ts';

export interface Statement {
  effect: 'Allow' | 'Deny';
  /** `<service>:<action>`, with `*` and `?` as IAM has them. */
  actions: string[];
  /** ARNs, likewise. */
  resources: string[];
  /** Whether it depends on more than action and resource. */
  isConditional: boolean;
}

export interface RoleDefinition {
  logicalId: string;
  name: string;
  arn: string;
  /** Services that may take the role, for example `lambda.amazonaws.com`. */
  trustedServices: string[];
  statements: Statement[];
}

export interface PolicyDefinition {
  roleNames: string[];
  statements: Statement[];
}

export function readRole(
  properties: Properties,
  identity: Pick<RoleDefinition, 'logicalId' | 'name' | 'arn'>,
): RoleDefinition {
  properties.ignore({
    RoleName: 'read before, as the name of the role',
    Description: 'it has no effect',
    Tags: 'they have no effect',
  });
  const trust = properties.optionalChild('AssumeRolePolicyDocument');
  trust?.ignore({ Version: 'there is one version of the language' });
  const trusted = trust?.children('Statement').map((statement) => {
    statement.ignore({
      Action: 'the services take a role in one way',
      Condition: 'everything here is of one account and one stack',
    });
    statement.oneOf('Effect', ['Allow'], 'Allow');
    return statement.child('Principal').oneOrMore('Service');
  });
  return {
    ...identity,
    trustedServices: (trusted ?? []).flat(),
    statements: properties.children('Policies').flatMap((policy) => {
      policy.ignore({ PolicyName: 'it has no effect' });
      return readDocument(policy.child('PolicyDocument'));
    }),
  };
}

export function readPolicy(properties: Properties): PolicyDefinition {
  properties.ignore({ PolicyName: 'it has no effect' });
  return {
    roleNames: properties.strings('Roles'),
    statements: readDocument(properties.child('PolicyDocument')),
  };
}

function readDocument(document: Properties): Statement[] {
  document.ignore({ Version: 'there is one version of the language' });
  return document.children('Statement').map((statement) => {
    statement.ignore({
      Sid: 'it has no effect',
      Condition: 'a request of a local service that a conditional statement is about is an error',
    });
    return {
      effect: statement.oneOf('Effect', ['Allow', 'Deny'], 'Deny'),
      actions: statement.oneOrMore('Action'),
      resources: statement.oneOrMore('Resource'),
      isConditional: statement.has('Condition'),
    };
  });
}
