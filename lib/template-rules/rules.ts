/** What a template of ours must be and neither CloudFormation's validator nor cdk-nag sees. */
import { functionRules } from './function-rules.ts';
import { queueRules } from './queue-rules.ts';
import { Resources, type Template } from './resources.ts';
import type { Rule } from './rule.ts';
import { scheduleRules } from './schedule-rules.ts';

export interface Finding {
  rule: string;
  logicalId: string;
  problem: string;
}

const alarmRules: readonly Rule[] = [
  {
    name: 'alarm-action',
    type: 'AWS::CloudWatch::Alarm',
    problem({ properties: { AlarmActions: actions, ActionsEnabled: enabled = true } }) {
      if (!Array.isArray(actions) || actions.length === 0) {
        return 'tells nobody: add the alarm topic to AlarmActions';
      }
      // CloudFormation takes the text, too.
      return String(enabled) === 'true'
        ? undefined
        : 'tells nobody: take ActionsEnabled away, which is true by default';
    },
  },
];

export const RULES: readonly Rule[] = [
  ...functionRules,
  ...queueRules,
  ...scheduleRules,
  ...alarmRules,
];

export function checkTemplate(template: Template): Finding[] {
  const resources = new Resources(template);
  return RULES.flatMap(({ name, type, problem }) =>
    resources.ofType(type).flatMap((resource) => {
      const found = problem(resource, resources);
      return found === undefined
        ? []
        : [{ rule: name, logicalId: resource.logicalId, problem: found }];
    }),
  );
}
