/** Rules about schedules and the functions that they call. */
import { isIanaZone } from '../../config/config-formats.ts';
import { parseScheduleExpression } from '../../domain/schedules/schedule-expression.ts';
import { at, referredId } from './resources.ts';
import type { Rule } from './rule.ts';
import { trusts } from './trusted-services.ts';

const SCHEDULE = 'AWS::Scheduler::Schedule';

export const scheduleRules: readonly Rule[] = [
  {
    name: 'schedule-expression',
    type: SCHEDULE,
    problem({ properties }) {
      const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone = 'UTC' } =
        properties;
      if (!isIanaZone(String(zone))) {
        return `would be refused by Scheduler: ${zone} is no IANA time zone in its own spelling, such as Europe/Rome`;
      }
      try {
        parseScheduleExpression(String(expression), String(zone));
        return undefined;
      } catch (error) {
        return `would be refused by Scheduler: ${(error as Error).message}`;
      }
    },
  },
  {
    name: 'schedule-role',
    type: SCHEDULE,
    problem: ({ properties }, resources) =>
      trusts(resources, at(properties, 'Target', 'RoleArn'), 'scheduler.amazonaws.com')
        ? undefined
        : 'has a role that Scheduler cannot assume: let scheduler.amazonaws.com assume one of this stack',
  },
  {
    name: 'schedule-dead-letters',
    type: SCHEDULE,
    problem: ({ properties }) =>
      at(properties, 'Target', 'DeadLetterConfig', 'Arn') === undefined
        ? 'loses a run that cannot be delivered: set Target.DeadLetterConfig'
        : undefined,
  },
  {
    // Scheduler calls asynchronously: its own dead-letter queue never sees what the function throws.
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    name: 'schedule-failures',
    type: SCHEDULE,
    problem({ properties }, resources) {
      const target = referredId(at(properties, 'Target', 'Arn'));
      const config = resources
        .ofType('AWS::Lambda::EventInvokeConfig')
        // Another qualifier is about calls of that version or alias; Scheduler calls the plain function.
        .find(
          ({ properties: { FunctionName: name, Qualifier: qualifier } }) =>
            referredId(name) === target && qualifier === '$LATEST',
        );
      return at(config?.properties, 'DestinationConfig', 'OnFailure', 'Destination') === undefined
        ? `loses a run that ${target} fails at: give it an EventInvokeConfig with Qualifier $LATEST and DestinationConfig.OnFailure`
        : undefined;
    },
  },
];
