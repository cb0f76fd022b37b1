/** Rules about functions: their size, their role, their log. */
import { at, numberAt, type Resource, type Resources, referredId } from './resources.ts';
import type { Rule } from './rule.ts';
import { trusts } from './trusted-services.ts';

export const FUNCTION = 'AWS::Lambda::Function';

export const functionRules: readonly Rule[] = [
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
    name: 'function-memory',
    type: FUNCTION,
    problem({ properties }) {
      const megabytes = numberAt(properties, 'MemorySize', 128);
      return megabytes >= 128 && megabytes <= 10_240 && Number.isInteger(megabytes)
        ? undefined
        : `has ${megabytes} MB of memory: Lambda has 128 to 10240`;
    },
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
    name: 'function-timeout',
    type: FUNCTION,
    problem({ properties }) {
      const seconds = numberAt(properties, 'Timeout', 3);
      return seconds >= 1 && seconds <= 900 && Number.isInteger(seconds)
        ? undefined
        : `has a timeout of ${seconds} s: Lambda has 1 to 900`;
    },
  },
  {
    name: 'function-role',
    type: FUNCTION,
    problem({ logicalId, properties: { Role: role } }, resources) {
      const id = referredId(role);
      const sharing = othersWith(logicalId, resources, ({ Role }) => referredId(Role) === id);
      if (sharing !== undefined) return `shares its role with ${sharing}: give each its own`;
      return trusts(resources, role, 'lambda.amazonaws.com')
        ? undefined
        : 'has a role that Lambda cannot assume: let lambda.amazonaws.com assume one of this stack';
    },
  },
  {
    name: 'function-log-group',
    type: FUNCTION,
    problem({ logicalId, properties }, resources) {
      const group = resources.referred(logGroupOf(properties), 'AWS::Logs::LogGroup');
      if (group === undefined) return 'logs to no group of this stack: set LoggingConfig.LogGroup';
      if (group.properties['RetentionInDays'] === undefined) {
        return `keeps its logs for ever: set RetentionInDays of ${group.logicalId}`;
      }
      const sharing = othersWith(
        logicalId,
        resources,
        (other) => referredId(logGroupOf(other)) === group.logicalId,
      );
      return sharing === undefined
        ? undefined
        : `shares its log group with ${sharing}: give each its own`;
    },
  },
];

function logGroupOf(properties: Resource['properties']): unknown {
  return at(properties, 'LoggingConfig', 'LogGroup');
}

/** The logical id of another function for which that holds. */
function othersWith(
  logicalId: string,
  resources: Resources,
  holds: (properties: Resource['properties']) => boolean,
): string | undefined {
  return resources
    .ofType(FUNCTION)
    .find((other) => other.logicalId !== logicalId && holds(other.properties))?.logicalId;
}
