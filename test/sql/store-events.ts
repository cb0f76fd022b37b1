/** Events stored as ingest stores them, priced by the database's own price list. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { oldestPartitionStart } from '../../adapters/postgres/create-partitions.ts';
import { readPriceList } from '../../adapters/postgres/price-list.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { PriceBook } from '../../domain/pricing/price-book.ts';

/** @throws Error when one is refused */
export async function storeEvents(
  client: pg.ClientBase,
  events: readonly object[],
  now: Date,
): Promise<void> {
  const messages = events.map((event) => ({
    messageId: randomUUID(),
    body: JSON.stringify(event),
  }));
  const plan = planBatch(messages, {
    now,
    oldest: await oldestPartitionStart(client),
    prices: new PriceBook(await readPriceList(client)),
  });
  const outcome = await storeBatch(client, plan, new Map());
  if (outcome.stored !== events.length) {
    const why = plan.rejections.map(({ detail }) => detail).join('; ') || outcome.failure;
    throw new Error(`${outcome.stored} of ${events.length} events were stored: ${why}`);
  }
}
