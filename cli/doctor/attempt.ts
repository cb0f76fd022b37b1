/** A check that cannot be done is a finding of its own, and never the end of the others. */
import { type Check, type Finding, unknown } from '../../domain/doctor/finding.ts';

/** @param work whose error becomes the reason why these checks could not be done */
export async function attempt(
  checks: readonly Check[],
  work: () => Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    return checks.map((check) => unknown(check, describe(error)));
  }
}

/** A name with several addresses fails with one error for each and no message of its own. */
export function describe(error: unknown): string {
  if (error instanceof AggregateError) return [...new Set(error.errors.map(describe))].join(', ');
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}
