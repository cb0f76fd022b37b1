/** Judges the SSM parameters that hold the secrets, by what is known of them without their values. */
import { type Check, type Finding, mend, unknown, warning, well } from './finding.ts';
import type { Remedies } from './remedies.ts';

export type ParameterFacts =
  | { state: 'present'; secure: boolean; empty: boolean; paddedOrQuoted: boolean }
  | { state: 'missing' }
  | { state: 'unreadable'; why: string };

export function judgeParameter(
  check: Check,
  name: string,
  facts: ParameterFacts,
  remedies: Remedies,
): Finding {
  switch (facts.state) {
    case 'missing':
      return mend(check, `${name} does not exist`, remedies.putParameter(name));
    case 'unreadable':
      return unknown(check, `${name} could not be read: ${facts.why}`);
    case 'present':
      break;
  }
  if (facts.empty) return mend(check, `${name} is empty`, remedies.putParameter(name));
  if (facts.paddedOrQuoted) {
    return mend(
      check,
      `${name} begins or ends with a space, a line break or a quotation mark`,
      remedies.putParameter(name),
    );
  }
  if (!facts.secure) {
    return warning(
      check,
      `${name} is readable and is not a SecureString, so whoever may list parameters sees the secret`,
      `aws ssm delete-parameter --name ${name}; ${remedies.putParameter(name)}`,
    );
  }
  return well(check, `${name} is there, a SecureString, and readable with these credentials`);
}
