/** Mutated and hostile bodies: each is stored or refused with a reason, none makes our code throw, none harms another. */

import { setImmediate as breathe } from 'node:timers/promises';
import { oldestPartitionStart } from '../adapters/postgres/create-partitions.ts';
import { decodeMessage } from '../domain/ingest-calls/decode-message.ts';
import { type BatchPlan, planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { type PicoUsd, parsePicoUsd } from '../domain/money.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { seededRandom } from '../local/demo/random.ts';
import { account, emptyTables } from './accounting/account.ts';
import { sendBodies } from './accounting/send-bodies.ts';
import { soakCall } from './accounting/traffic.ts';
import { FuzzCounts } from './fuzz/fuzz-counts.ts';
import { randomBody } from './fuzz/random-body.ts';
import type { Outcome, Size } from './scenario.ts';
import { drain } from './world/drain.ts';
import { ingestMetric, type SoakStack } from './world/soak-stack.ts';

export interface Fuzz extends Size {
  /** Every so many bodies one goes through the running stack as well. */
  throughStackEvery: number;
}

const CHUNK = 500;

export async function fuzz(soak: SoakStack, size: Fuzz): Promise<Outcome> {
  const { seed, events, throughStackEvery, report } = size;
  const now = new Date();
  const random = seededRandom(seed);
  const oldest = await soak.database.withOwner(oldestPartitionStart);
  const context = { now, oldest, prices: builtInPriceBook() };
  await emptyTables(soak);
  const before = { metAgain: ingestMetric(soak, 'Duplicate'), bugs: ingestMetric(soak, 'Bugs') };
  const counts = new FuzzCounts();
  const through = new Expectation();

  for (let start = 0; start < events; start += CHUNK) {
    report(`${start} of ${events} bodies`);
    const sent: string[] = [];
    for (let index = start; index < Math.min(events, start + CHUNK); index += 1) {
      const calls = Array.from({ length: random.between(1, 4) }, (_, n) =>
        soakCall(`fuzz/${seed}/${index}/${n}`, now, random),
      );
      const body = randomBody(calls, random);
      counts.add(planBatch([{ messageId: `body ${index}`, body }], context), eventsIn(body));
      if (index % throughStackEvery === 0) sent.push(body);
    }
    const { messageIds } = await sendBodies(soak, sent);
    for (const [index, body] of sent.entries()) {
      const messageId = messageIds[index];
      // Without an id of its own an event is named after its message.
      if (messageId !== undefined) through.add(planBatch([{ messageId, body }], context));
    }
    await breathe();
  }
  await drain(soak, { skipWaits: true, report });

  const expected = {
    published: through.published,
    costs: through.costs,
    rejected: through.rejected,
  };
  const accounted = await account(soak, expected, before.metAgain);
  const bugs = ingestMetric(soak, 'Bugs') - before.bugs;
  return {
    account: accounted.account,
    facts: { bodies: events, ...counts.facts(), messages_through_the_stack: through.messages },
    problems: [
      ...accounted.problems,
      ...counts.problems(),
      ...(bugs > 0 ? [`the running function counted ${bugs} bugs`] : []),
    ],
  };
}

/** How many events must be accounted for; undefined: the message is refused as a whole. */
function eventsIn(body: string): number | undefined {
  const decoded = decodeMessage(body);
  return decoded.ok ? decoded.value.events.length : undefined;
}

/** What the bodies that went through the stack must have become. */
class Expectation {
  readonly costs = new Map<string, PicoUsd | null>();
  messages = 0;
  published = 0;
  rejected = 0;

  add({ calls, rejections }: BatchPlan): void {
    this.messages += 1;
    this.published += calls.length + rejections.length;
    this.rejected += rejections.length;
    for (const { row } of calls) {
      this.costs.set(row.event_id, row.cost_usd === null ? null : parsePicoUsd(row.cost_usd));
    }
  }
}
