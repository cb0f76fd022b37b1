/** Custom::Trigger of `aws-cdk-lib/triggers`: invokes a function while the stack is deployed, and fails the deploy with it. */
import type { Properties } from '../properties.ts';

export interface TriggerDefinition {
  logicalId: string;
  handlerArn: string;
  /** The function that invokes the handler on AWS; here the engine does, with that function's role. */
  providerArn: string;
}

export function readTrigger(properties: Properties, logicalId: string): TriggerDefinition {
  properties.oneOf('InvocationType', ['RequestResponse'], 'RequestResponse');
  properties.ignore({
    Timeout: "the function's own timeout ends it",
    ExecuteOnHandlerChange: 'a local start always runs its triggers',
  });
  return {
    logicalId,
    handlerArn: properties.string('HandlerArn'),
    providerArn: properties.string('ServiceToken'),
  };
}
