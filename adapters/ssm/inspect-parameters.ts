/** Reads parameters with what is known of them beside their values, which are secrets and stay with the caller. */
import { GetParametersCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import type { ParameterFacts } from '../../domain/doctor/judge-parameters.ts';

export interface InspectedParameter {
  facts: ParameterFacts;
  /** Undefined when it could not be read. */
  value?: string;
}

/** As the functions read them, in one call; one that is not there is no error. */
export async function inspectParameters(
  client: SSMClient,
  names: readonly string[],
): Promise<Map<string, InspectedParameter>> {
  try {
    const { Parameters: found = [] } = await client.send(
      new GetParametersCommand({ Names: [...new Set(names)], WithDecryption: true }),
    );
    return new Map(
      names.map((name) => [name, inspect(found.find((parameter) => parameter.Name === name))]),
    );
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return new Map(names.map((name) => [name, { facts: { state: 'unreadable', why } }]));
  }
}

function inspect(parameter: Parameter | undefined): InspectedParameter {
  if (parameter === undefined) return { facts: { state: 'missing' } };
  const { Value: value = '', Type: type } = parameter;
  return {
    value,
    facts: {
      state: 'present',
      secure: type === 'SecureString',
      empty: value.trim() === '',
      paddedOrQuoted: /^[\s"']|[\s"']$/.test(value),
    },
  };
}
