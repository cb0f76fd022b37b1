/** Rules that AWS checks only at deploy, or not at all, for every queue that feeds a function. */
import { expect, test } from 'vitest';
import { type Resource, resourcesOf, synthesize } from './synthesize.ts';

const template = synthesize();
const queues = Object.fromEntries(resourcesOf(template, 'AWS::SQS::Queue'));
const functions = Object.fromEntries(resourcesOf(template, 'AWS::Lambda::Function'));

interface Mapping {
  EventSourceArn: { 'Fn::GetAtt': [string, string] };
  FunctionName: { Ref: string };
  BatchSize: number;
  MaximumBatchingWindowInSeconds: number;
  FunctionResponseTypes: string[];
  ScalingConfig: { MaximumConcurrency: number };
}

const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(
  ([id, { Properties }]) => ({ id, ...(Properties as unknown as Mapping) }),
);

test.each(mappings)('$id: visibility is six timeouts plus the window', (mapping) => {
  const queue = property<number>(
    queues,
    mapping.EventSourceArn['Fn::GetAtt'][0],
    'VisibilityTimeout',
  );
  const timeout = property<number>(functions, mapping.FunctionName.Ref, 'Timeout');
  expect(queue).toBe(6 * timeout + mapping.MaximumBatchingWindowInSeconds);
});

test.each(mappings)('$id: a batch above ten messages has a window', (mapping) => {
  expect(mapping.BatchSize <= 10 || mapping.MaximumBatchingWindowInSeconds >= 1).toBe(true);
});

test.each(mappings)(
  '$id: reports failures by message, within the limits of concurrency',
  (mapping) => {
    expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    expect(mapping.ScalingConfig.MaximumConcurrency).toBeGreaterThanOrEqual(2);
  },
);

function property<Value>(resources: Record<string, Resource>, id: string, name: string): Value {
  return resources[id]?.Properties[name] as Value;
}
