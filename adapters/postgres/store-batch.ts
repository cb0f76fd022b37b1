/** Stores a planned batch: prompt versions, then calls, then what was refused, what producers said and what has no price. */
import type { ClientBase } from 'pg';
import type {
  BatchPlan,
  PlannedCall,
  PlannedRejection,
} from '../../domain/ingest-calls/plan-batch.ts';
import { receivedEvents } from '../../domain/ingest-calls/received-events.ts';
import {
  type UnpricedModel,
  UnpricedModels,
} from '../../domain/unpriced-models/unpriced-models.ts';
import { type InsertResult, insertCalls } from './insert-calls.ts';
import { insertDeliveries } from './insert-deliveries.ts';
import { insertRejectedCalls } from './insert-rejected-calls.ts';
import { assignPromptVersions, type PromptVersionCache } from './prompt-versions.ts';
import { noteUnpriced } from './unpriced-models.ts';

export interface BatchOutcome {
  stored: number;
  duplicate: number;
  rejected: number;
  /** Whether the outbox got a message. */
  hasNotice: boolean;
  /** Messages of which some row was not stored, because something is down. */
  failedMessageIds: Set<string>;
  /** What is down, when messages failed. */
  failure?: unknown;
  /** Whether it would fail other messages as well, so that those to come need not be tried. */
  isDown: boolean;
}

/** Every step is idempotent, so a batch that was interrupted anywhere is simply delivered and stored again. */
export async function storeBatch(
  client: ClientBase,
  plan: BatchPlan,
  promptVersions: PromptVersionCache,
): Promise<BatchOutcome> {
  try {
    await assignPromptVersions(
      client,
      plan.calls.map(({ row }) => row),
      promptVersions,
    );
  } catch (failure) {
    const failed = [...plan.calls, ...plan.rejections, ...plan.deliveries];
    return {
      stored: 0,
      duplicate: 0,
      rejected: 0,
      hasNotice: false,
      failedMessageIds: messageIds(failed),
      failure,
      isDown: true,
    };
  }
  const inserted = await insertCalls(client, plan.calls);
  const rejections = [...plan.rejections, ...refusedByDatabase(plan, inserted.refused)];
  const outcome: BatchOutcome = {
    stored: inserted.stored,
    duplicate: inserted.duplicate,
    rejected: 0,
    hasNotice: false,
    failedMessageIds: messageIds(inserted.failed),
    isDown: inserted.isDown,
  };
  if (inserted.failed.length > 0) outcome.failure = inserted.failure;
  if (inserted.isDown) {
    // Another statement would only wait behind the one that found no answer.
    addMessageIds(outcome, [...rejections, ...plan.deliveries]);
    return outcome;
  }
  try {
    outcome.rejected = await insertRejectedCalls(client, rejections);
    outcome.hasNotice = await noteUnpriced(client, unpricedModels(plan));
    // Last, as a message that comes again has not arrived before all of it is written.
    const arrived = plan.deliveries.filter(
      ({ messageId }) => !outcome.failedMessageIds.has(messageId),
    );
    await insertDeliveries(client, arrived);
  } catch (error) {
    // A message may only be acknowledged when all that it said is written: these come again, too.
    addMessageIds(outcome, [...rejections, ...plan.deliveries, ...unpricedCalls(plan)]);
    outcome.failure ??= error;
    outcome.isDown = true;
  }
  return outcome;
}

function unpricedModels(plan: BatchPlan): UnpricedModel[] {
  const models = new UnpricedModels(plan.prices);
  for (const { row } of unpricedCalls(plan)) models.add({ ...row, ts: new Date(row.ts) });
  return models.list();
}

function unpricedCalls({ calls }: BatchPlan): PlannedCall[] {
  return calls.filter(({ row }) => row.price_status === 'unpriced');
}

function addMessageIds(
  { failedMessageIds }: BatchOutcome,
  parts: readonly { messageId: string }[],
): void {
  for (const { messageId } of parts) failedMessageIds.add(messageId);
}

function messageIds(parts: readonly { messageId: string }[]): Set<string> {
  return new Set(parts.map(({ messageId }) => messageId));
}

function refusedByDatabase(
  { messages }: BatchPlan,
  refused: InsertResult['refused'],
): PlannedRejection[] {
  const eventsOf = new Map<string, (index: number) => string>();
  return refused.map(({ call: { messageId, index }, detail }) => {
    const body = messages.find((message) => message.messageId === messageId)?.body ?? '';
    const events = eventsOf.get(messageId) ?? receivedEvents(body);
    eventsOf.set(messageId, events);
    return { messageId, index, reason: 'refused_by_database', detail, body: events(index) };
  });
}
