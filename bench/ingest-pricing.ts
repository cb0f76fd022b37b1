/** What pricing adds to the processor time of the writer: the same messages with the price list and with an empty one, in turn. */
import type { Client } from 'pg';
import type { PromptVersionCache } from '../adapters/postgres/prompt-versions.ts';
import { storeBatch } from '../adapters/postgres/store-batch.ts';
import type { LlmCall } from '../domain/contract/llm-call.ts';
import { planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { PriceBook } from '../domain/pricing/price-book.ts';
import type { BenchDatabase } from './bench-database.ts';
import { SAMPLE_NOW, toMessages } from './ingest-sample.ts';
import { median } from './side-by-side.ts';

/** Microseconds of processor time an event, of the process that decodes, validates, prices and writes; not of Postgres. */
export interface PricingCost {
  priced: number;
  unpriced: number;
}

/** A full invocation of the event source. */
const BATCH_MESSAGES = 100;

/** @param onProgress told before each lap */
export async function measurePricing(
  database: BenchDatabase,
  calls: readonly LlmCall[],
  repetitions: number,
  onProgress: (step: string) => void,
): Promise<PricingCost> {
  const client = await database.connectAsRuntime();
  const promptVersions: PromptVersionCache = new Map();
  const books = { priced: builtInPriceBook(), unpriced: new PriceBook({ prices: [], names: [] }) };
  const laps: Record<keyof PricingCost, number[]> = { priced: [], unpriced: [] };
  // The first round fills caches and warms up the code.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    const names: (keyof PricingCost)[] = ['priced', 'unpriced'];
    // Who comes first changes, as it may find another machine than who comes second.
    if (repetition % 2 === 1) names.reverse();
    for (const name of names) {
      onProgress(`repetition ${repetition} of ${repetitions}: ${name}`);
      await database.reset();
      const micros = await write(client, calls, books[name], promptVersions);
      if (repetition > 0) laps[name].push(micros / calls.length);
    }
  }
  return { priced: median(laps.priced), unpriced: median(laps.unpriced) };
}

async function write(
  client: Client,
  calls: readonly LlmCall[],
  prices: PriceBook,
  promptVersions: PromptVersionCache,
): Promise<number> {
  const oldest = new Date(SAMPLE_NOW.getTime() - 75 * 86_400_000);
  const messages = toMessages(calls);
  const startedAt = process.cpuUsage();
  for (let start = 0; start < messages.length; start += BATCH_MESSAGES) {
    const plan = planBatch(messages.slice(start, start + BATCH_MESSAGES), {
      now: SAMPLE_NOW,
      oldest,
      prices,
    });
    // A call that ingest finds no price for is a notice too, which is no part of what pricing saves.
    for (const { row } of plan.calls) {
      if (row.price_status === 'unpriced') row.price_status = 'no_usage';
    }
    const { stored, failure } = await storeBatch(client, plan, promptVersions);
    if (stored !== plan.calls.length)
      throw new Error('the writer left rows out', { cause: failure });
  }
  const { user, system } = process.cpuUsage(startedAt);
  return user + system;
}
