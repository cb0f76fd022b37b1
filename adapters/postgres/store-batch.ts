/** Stores a planned batch: prompt versions, then calls, then what was refused and what producers said. */
import type { ClientBase } from 'pg';
import {
  type BatchPlan,
  type PlannedRejection,
  serialise,
} from '../../domain/ingest-calls/plan-batch.ts';
import { type InsertResult, insertCalls } from './insert-calls.ts';
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
  const rejections = [...plan.rejections, ...inserted.refused.map(toRejection)];
  const outcome: BatchOutcome = {
    stored: inserted.stored,
    duplicate: inserted.duplicate,
    rejected: 0,
    failedMessageIds: messageIds(inserted.failed),
  };
  if (inserted.failed.length > 0) outcome.failure = inserted.failure;
  try {
    outcome.rejected = await insertRejectedCalls(client, rejections);
    await insertDeliveries(client, plan.deliveries);
  } catch (error) {
    // A message may only be acknowledged when all that it said is written: these come again, too.
    for (const id of messageIds([...rejections, ...plan.deliveries]))
      outcome.failedMessageIds.add(id);
    outcome.failure ??= error;
  }
  return outcome;
}

function messageIds(parts: readonly { messageId: string }[]): Set<string> {
  return new Set(parts.map(({ messageId }) => messageId));
}

function toRejection({ call, detail }: InsertResult['refused'][number]): PlannedRejection {
  const { messageId, index, event, messageBody } = call;
  const body = serialise(event, messageBody);
  return { messageId, index, reason: 'refused_by_database', detail, body };
}
