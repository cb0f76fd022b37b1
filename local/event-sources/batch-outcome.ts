/** Which messages of a batch a function has dealt with, from its answer. */
import type { InvocationResult } from '../functions/invocation-result.ts';

export interface BatchOutcome {
  /** Messages to delete; all others stay and come back after their visibility timeout. */
  succeeded: Set<string>;
  /** Why the whole batch counts as failed although the function answered: a defect of the function. */
  malformed?: string;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting: an
 * exception fails the batch; an empty or absent list is success; an answer that is no JSON object of the known shape, or
 * names a message by an empty, absent or unknown identifier, fails the batch. Without ReportBatchItemFailures any answer
 * is success.
 */
export function readBatchOutcome(
  result: InvocationResult,
  messageIds: readonly string[],
  reportBatchItemFailures: boolean,
): BatchOutcome {
  if (result.error !== undefined) return { succeeded: new Set() };
  const all = new Set(messageIds);
  if (!reportBatchItemFailures) return { succeeded: all };
  const answer: unknown = parse(result.payload);
  if (answer === null) return { succeeded: all };
  if (typeof answer !== 'object' || Array.isArray(answer)) return malformed(result.payload);
  const failures = (answer as Record<string, unknown>)['batchItemFailures'] ?? [];
  if (!Array.isArray(failures)) return malformed('batchItemFailures is not a list');
  for (const failure of failures as ({ itemIdentifier?: unknown } | null)[]) {
    const identifier = failure?.itemIdentifier;
    if (typeof identifier !== 'string' || !messageIds.includes(identifier)) {
      return malformed(`itemIdentifier ${JSON.stringify(identifier)} is no message of the batch`);
    }
    all.delete(identifier);
  }
  return { succeeded: all };
}

function malformed(why: string): BatchOutcome {
  return { succeeded: new Set(), malformed: why };
}

/** Undefined, which is no valid answer, when the text is not JSON. */
function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
