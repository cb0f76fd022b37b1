/** Reads typed fields of an event. Absent and null are the same; a wrong type refuses the event. */
import { describe, isObject, type JsonObject } from '../json.ts';
import { Refused } from './rejection.ts';

const MAX_MS = 2_147_483_647;

export function readText(event: JsonObject, key: string): string | undefined {
  const value = event[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongType(key, 'a string', value);
  return value;
}

export function readBoolean(event: JsonObject, key: string): boolean | null {
  const value = event[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'boolean') throw wrongType(key, 'true or false', value);
  return value;
}

export function readObject(event: JsonObject, key: string): JsonObject | undefined {
  const value = event[key];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw wrongType(key, 'an object', value);
  return value;
}

/** One of a closed list. */
export function readChoice<Choice extends string>(
  event: JsonObject,
  key: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = readText(event, key);
  if (value === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === value);
  if (choice === undefined) {
    throw new Refused('value_unknown', `\`${key}\` must be one of ${choices.join(', ')}`);
  }
  return choice;
}

/** Milliseconds, rounded: clocks give fractions, columns hold whole ones. */
export function readMilliseconds(event: JsonObject, key: string): number | null {
  const value = readNumber(event, key, 0, MAX_MS);
  return value === null ? null : Math.round(value);
}

export function readInteger(
  event: JsonObject,
  key: string,
  minimum: number,
  maximum: number,
): number | null {
  const value = readNumber(event, key, minimum, maximum);
  if (value !== null && !Number.isInteger(value)) {
    throw new Refused('number_out_of_range', `\`${key}\` must be a whole number, got ${value}`);
  }
  return value;
}

function readNumber(
  event: JsonObject,
  key: string,
  minimum: number,
  maximum: number,
): number | null {
  const value = event[key];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw wrongType(key, 'a number', value);
  if (!(value >= minimum && value <= maximum)) {
    throw new Refused(
      'number_out_of_range',
      `\`${key}\` must be from ${minimum} to ${maximum}, got ${value}`,
    );
  }
  return value;
}

function wrongType(key: string, wanted: string, found: unknown): Refused {
  return new Refused('type_invalid', `\`${key}\` must be ${wanted}, got ${describe(found)}`);
}
