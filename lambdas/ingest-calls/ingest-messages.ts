/** Works through the messages of an invocation in slices that fit into memory, for as long as there is time. */
import type { ClientBase } from 'pg';
import type { PromptVersionCache } from '../../adapters/postgres/prompt-versions.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import {
  type BatchContext,
  type BatchPlan,
  type IncomingMessage,
  planSlices,
  type SliceLimits,
} from '../../domain/ingest-calls/plan-batch.ts';
import type { PriceBook } from '../../domain/pricing/price-book.ts';
import { repricePlan } from '../../domain/reprice/reprice-plan.ts';

export interface IngestOptions extends BatchContext {
  client: ClientBase;
  promptVersions: PromptVersionCache;
  /** The list as it is now: the same book as long as it has not grown. */
  readPrices(): Promise<PriceBook>;
  /** Until the function's timeout. */
  remainingMs(): number;
  /** A slice is only begun while more than this is left. */
  reservedMs: number;
  /** No slice is begun after so many calls and rejections. */
  maxEvents: number;
}

export interface IngestOutcome {
  stored: number;
  duplicate: number;
  rejected: number;
  unpriced: number;
  /** Whether the outbox got a message. */
  hasNotice: boolean;
  /** Messages that must come again because something is down. */
  failedMessageIds: Set<string>;
  /** What is down, when messages failed. */
  failure?: unknown;
  bugs: BatchPlan['bugs'];
  /** Messages that must come again because there was no time for them. */
  lateMessageIds: Set<string>;
}

/** One chunk of an INSERT or COPY, and what a few messages inflate to. */
const SLICE: SliceLimits = { events: 5_000, characters: 4 * 1024 * 1024 };

export async function ingestMessages(
  messages: readonly IncomingMessage[],
  options: IngestOptions,
): Promise<IngestOutcome> {
  const { client, promptVersions, remainingMs, reservedMs, maxEvents } = options;
  const total: IngestOutcome = {
    stored: 0,
    duplicate: 0,
    rejected: 0,
    unpriced: 0,
    hasNotice: false,
    failedMessageIds: new Set(),
    bugs: [],
    lateMessageIds: new Set(),
  };
  let events = 0;
  for (const slice of planSlices(messages, options, SLICE)) {
    // The end of a message whose beginning could not be stored: it comes again, and has arrived then.
    slice.deliveries = slice.deliveries.filter(
      ({ messageId }) => !total.failedMessageIds.has(messageId),
    );
    if (countUnpriced(slice) > 0) {
      // A price that arrived meanwhile has been given to what was stored by then, which these calls were not.
      const latest = await options.readPrices();
      if (latest !== slice.prices) repricePlan(slice, latest);
    }
    const outcome = await storeBatch(client, slice, promptVersions);
    total.stored += outcome.stored;
    total.duplicate += outcome.duplicate;
    total.rejected += outcome.rejected;
    total.unpriced += countUnpriced(slice);
    total.hasNotice ||= outcome.hasNotice;
    total.bugs.push(...slice.bugs);
    total.failure ??= outcome.failure;
    addAll(total.failedMessageIds, outcome.failedMessageIds);
    const left = messages.slice(slice.completeMessages).map(({ messageId }) => messageId);
    if (outcome.isDown) {
      addAll(total.failedMessageIds, left);
      break;
    }
    events += slice.calls.length + slice.rejections.length;
    if (remainingMs() < reservedMs || events >= maxEvents) {
      addAll(total.lateMessageIds, left);
      break;
    }
  }
  return total;
}

function addAll(set: Set<string>, ids: Iterable<string>): void {
  for (const id of ids) set.add(id);
}

function countUnpriced({ calls }: BatchPlan): number {
  return calls.filter(({ row }) => row.price_status === 'unpriced').length;
}
