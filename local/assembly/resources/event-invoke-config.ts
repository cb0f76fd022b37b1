/** AWS::Lambda::EventInvokeConfig: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
import type { Properties } from '../properties.ts';

export interface EventInvokeConfigDefinition {
  functionName: string;
  /** Retries after the first attempt. */
  maximumRetryAttempts: number;
  maximumEventAgeSeconds: number;
  /** ARN of the queue that gets events which failed for good. */
  onFailureArn: string | undefined;
}

const DEFAULTS = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 } as const;

/** What Lambda does for a function without such a resource. */
export function defaultEventInvokeConfig(functionName: string): EventInvokeConfigDefinition {
  return { functionName, onFailureArn: undefined, ...DEFAULTS };
}

export function readEventInvokeConfig(properties: Properties): EventInvokeConfigDefinition {
  // Every asynchronous call here is of the plain function.
  properties.oneOf('Qualifier', ['$LATEST'], '$LATEST');
  return {
    functionName: properties.string('FunctionName'),
    maximumRetryAttempts: properties.integer('MaximumRetryAttempts', {
      from: 0,
      to: 2,
      byDefault: DEFAULTS.maximumRetryAttempts,
    }),
    maximumEventAgeSeconds: properties.integer('MaximumEventAgeInSeconds', {
      from: 60,
      to: 21_600,
      byDefault: DEFAULTS.maximumEventAgeSeconds,
    }),
    onFailureArn: properties
      .optionalChild('DestinationConfig')
      ?.optionalChild('OnFailure')
      ?.string('Destination'),
  };
}
