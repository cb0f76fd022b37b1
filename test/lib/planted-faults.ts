/** Copies of the real template with one fault each, for the checks that must find it. */
import type { Template } from '../../lib/template-rules/resources.ts';
import { synthesize } from './synthesize.ts';

type Properties = Record<string, unknown>;

/** A resource, by its type and the beginning of its logical id, and what to do to its properties. */
export type Fault = [type: string, logicalId: RegExp, plant: (properties: Properties) => void];

export const FUNCTION = 'AWS::Lambda::Function';
export const QUEUE = 'AWS::SQS::Queue';
export const MAPPING = 'AWS::Lambda::EventSourceMapping';
export const SCHEDULE = 'AWS::Scheduler::Schedule';

/** Sets a property; `undefined` takes it away. */
export function set(name: string, value: unknown): Fault[2] {
  return (properties) => {
    properties[name] = value;
  };
}

const original = synthesize().toJSON() as Template;

export function withFault([type, logicalId, plant]: Fault): Template {
  const template = structuredClone(original);
  const found = Object.entries(template.Resources).filter(
    ([id, resource]) => resource.Type === type && logicalId.test(id),
  );
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`${found.length} resources ${type} match ${logicalId}`);
  }
  plant(first[1].Properties ?? {});
  return JSON.parse(JSON.stringify(template)) as Template;
}
