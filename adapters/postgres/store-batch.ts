/** Stores a planned batch: prompt versions, then calls, then what was refused and what producers said. */
import type { ClientBase } from 'pg';
import {
  type BatchPlan,
  type PlannedRejection,
  serialise,
} from '../../domain/ingest-calls/plan-batch.ts';
import { insertCalls } from './insert-calls.ts';
import { insertDeliveries } from './insert-deliveries.ts';
import { insertRejectedCalls } from './insert-rejected-calls.ts';
import { assignPromptVersions, type PromptVersionCache } from './prompt-versions.ts';

export interface BatchOutcome {
  stored: number;
  duplicate: number;
  rejected: number;
  /** Messages of which some row was not stored, because something is down. */
  failedMessageIds: Set<string>;
  /** What is down, when messages failed. */
  failure?: unknown;
}

/**
 * Every step is idempotent, so a batch that was interrupted anywhere is simply delivered and stored again.
 *
 * @throws when something is down before the calls are written: every message of the batch must come again
 */
export async function storeBatch(
  client: ClientBase,
  plan: BatchPlan,
  promptVersions: PromptVersionCache,
): Promise<BatchOutcome> {
  await assignPromptVersions(
    client,
    plan.calls.map(({ row }) => row),
    promptVersions,
  );
  const inserted = await insertCalls(client, plan.calls);
  const failedMessageIds = new Set(inserted.failed.map(({ messageId }) => messageId));
  const outcome = {
    stored: inserted.stored,
    duplicate: inserted.duplicate,
    rejected: 0,
    failedMessageIds,
  };
  if (inserted.failed.length > 0) return { ...outcome, failure: inserted.failure };
  const refused = inserted.refused.map(({ call, detail }): PlannedRejection => {
    const { messageId, index, event } = call;
    const body = serialise(event, '');
    return { messageId, index, reason: 'refused_by_database', detail, body };
  });
  const rejected = await insertRejectedCalls(client, [...plan.rejections, ...refused]);
  await insertDeliveries(client, plan.deliveries);
  return { ...outcome, rejected };
}
