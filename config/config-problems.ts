/** Turns schema violations into sentences: the key, the value found, what is allowed and what to do. */
import type { ErrorObject } from 'ajv';
import { closestName } from './closest-name.ts';
import { IANA_ZONES } from './config-formats.ts';

/** One sentence per key, in the schema's order, however many of its rules the value breaks. */
export function describeProblems(errors: readonly ErrorObject[]): string[] {
  const problems = new Map<string, string>();
  for (const error of errors) {
    const { key, sentence } = describe(error);
    if (!problems.has(key)) problems.set(key, sentence);
  }
  return [...problems.values()];
}

function describe(error: ErrorObject): { key: string; sentence: string } {
  const parent = dotted(error.instancePath);
  if (error.keyword === 'additionalProperties') {
    const name: string = error.params['additionalProperty'];
    const key = join(parent, name);
    return { key, sentence: unknownKey(parent, name, Object.keys(propertiesOf(error))) };
  }
  if (error.keyword === 'required') {
    const name: string = error.params['missingProperty'];
    const key = join(parent, name);
    return {
      key,
      sentence: `${key} is missing: set it to ${allowedIn(propertiesOf(error)[name])}`,
    };
  }
  const key = parent || 'the file';
  return { key, sentence: wrongValue(key, error) };
}

function unknownKey(parent: string, name: string, known: readonly string[]): string {
  const key = join(parent, name);
  const meant = closestName(name, known);
  const names = known.filter((candidate) => candidate !== '$schema').join(', ');
  return meant === undefined
    ? `${key} is not a setting: remove it, or use one of ${names}`
    : `${key} is not a setting: did you mean ${join(parent, meant)}?`;
}

function wrongValue(key: string, { data, params, parentSchema }: ErrorObject): string {
  const allowed = allowedIn(parentSchema);
  // A secret in the wrong place must not reach the log of a deploy as well.
  if (params['format'] === 'parameter-name' && String(data).includes('://')) {
    return `${key} holds an address, which may be a secret: put that into an SSM parameter, and here ${allowed}`;
  }
  const sentence = `${key} is ${shown(data)}, but must be ${allowed}`;
  if (params['format'] !== 'iana-zone') return sentence;
  const meant = closestName(String(data), IANA_ZONES);
  return meant === undefined ? sentence : `${sentence}; did you mean "${meant}"?`;
}

function propertiesOf(error: ErrorObject): Record<string, unknown> {
  return error.parentSchema?.['properties'] ?? {};
}

/** Every part of the schema says what it allows; a test holds it to that. */
function allowedIn(schema: unknown): string {
  return (schema as { allowed?: string } | undefined)?.allowed ?? 'a value that the schema allows';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

function dotted(jsonPointer: string): string {
  return jsonPointer.split('/').slice(1).reduce(join, '');
}

function join(parent: string, name: string): string {
  if (/^[0-9]+$/.test(name)) return `${parent}[${name}]`;
  return parent === '' ? name : `${parent}.${name}`;
}
