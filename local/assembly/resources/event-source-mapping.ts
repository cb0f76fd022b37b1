/** AWS::Lambda::EventSourceMapping of an SQS queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
import type { Properties } from '../properties.ts';

export interface EventSourceMappingDefinition {
  logicalId: string;
  queueArn: string;
  functionName: string;
  enabled: boolean;
  batchSize: number;
  batchingWindowSeconds: number;
  /** Undefined: as many as Lambda likes. */
  maximumConcurrency: number | undefined;
  reportBatchItemFailures: boolean;
}

export function readEventSourceMapping(
  properties: Properties,
  logicalId: string,
): EventSourceMappingDefinition {
  const scaling = properties.optionalChild('ScalingConfig');
  const responseTypes = properties.strings('FunctionResponseTypes');
  const unknown = responseTypes.find((type) => type !== 'ReportBatchItemFailures');
  if (unknown !== undefined)
    properties.fail('FunctionResponseTypes', `has unknown type ${unknown}`);
  properties.ignore({ Tags: 'they have no effect' });
  const definition = {
    logicalId,
    queueArn: properties.string('EventSourceArn'),
    functionName: properties.string('FunctionName'),
    enabled: properties.boolean('Enabled', true),
    batchSize: properties.integer('BatchSize', { from: 1, to: 10_000, byDefault: 10 }),
    batchingWindowSeconds: properties.integer('MaximumBatchingWindowInSeconds', {
      from: 0,
      to: 300,
      byDefault: 0,
    }),
    maximumConcurrency: scaling?.optionalInteger('MaximumConcurrency', { from: 2, to: 1000 }),
    reportBatchItemFailures: responseTypes.length > 0,
  };
  // AWS refuses this at deploy time; see "Configuring batch size" at
  // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
  if (definition.batchSize > 10 && definition.batchingWindowSeconds === 0) {
    properties.fail(
      'BatchSize',
      `of ${definition.batchSize} needs MaximumBatchingWindowInSeconds of at least 1`,
    );
  }
  return definition;
}
