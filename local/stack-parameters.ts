/** Gives each SSM parameter that the stack's functions name its local value. */
import type { StackPlan } from './assembly/stack-plan.ts';

export interface ParameterValues {
  ownerUrl: string;
  runtimeUrl: string;
  slackWebhookUrl: string;
}

const DATABASE_URL_PARAMETER = 'TRICOST_DATABASE_URL_PARAMETER';
const SLACK_WEBHOOK_URL_PARAMETER = 'TRICOST_SLACK_WEBHOOK_URL_PARAMETER';

/** The parameter that a trigger's function reads is the owner's: it migrates. Any other database parameter is the runtime's. */
export function stackParameters(plan: StackPlan, values: ParameterValues): Record<string, string> {
  const parameters: Record<string, string> = {};
  const migrators = plan.functions.filter(({ name }) =>
    plan.triggers.some(({ handlerArn }) => handlerArn.includes(`:function:${name}:`)),
  );
  const ownerNames = migrators.map(({ environment }) => environment[DATABASE_URL_PARAMETER]);
  for (const { environment } of plan.functions) {
    const database = environment[DATABASE_URL_PARAMETER];
    if (database !== undefined) {
      parameters[database] = ownerNames.includes(database) ? values.ownerUrl : values.runtimeUrl;
    }
    const slack = environment[SLACK_WEBHOOK_URL_PARAMETER];
    if (slack !== undefined) parameters[slack] = values.slackWebhookUrl;
  }
  return parameters;
}
