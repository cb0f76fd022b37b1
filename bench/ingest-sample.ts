/** The calls that ingest is measured with: the demo's sixty days of traffic, again and again with ids of their own. */

import type { LlmCall } from '../domain/contract/llm-call.ts';
import type { IncomingMessage, PlannedCall } from '../domain/ingest-calls/plan-batch.ts';
import { planBatch } from '../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../domain/pricing/built-in-prices.ts';
import { uuidV5 } from '../domain/uuid.ts';
import { demoCalls } from '../local/demo/traffic.ts';

/** The sample is a pure function of this moment. */
export const SAMPLE_NOW = new Date('2026-11-23T12:00:00Z');

const NAMESPACE = '4f6f1a52-3a2e-4d0c-9a70-6c1f5b1d7e11';
/** As the SDK packs them into a message of one billing unit. */
const MESSAGE_EVENTS = 100;

export const SAMPLE: readonly LlmCall[] = demoCalls(SAMPLE_NOW);

/** Different calls in order of time, a few milliseconds between repetitions of one of the sample. */
export function sampleCalls(count: number): LlmCall[] {
  const calls = Array.from({ length: count }, (_, index) => {
    const call = SAMPLE[index % SAMPLE.length];
    if (call === undefined) throw new Error('the demo has no traffic');
    const round = Math.floor(index / SAMPLE.length);
    if (round === 0) return call;
    const ts = new Date(Date.parse(call.ts) - round * 137).toISOString();
    return { ...call, ts, event_id: uuidV5(NAMESPACE, `${round}/${call.event_id}`) };
  });
  return calls.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

export function toMessages(calls: readonly LlmCall[]): IncomingMessage[] {
  return Array.from({ length: Math.ceil(calls.length / MESSAGE_EVENTS) }, (_, index) => ({
    messageId: `m${index}`,
    body: JSON.stringify({
      v: 1,
      events: calls.slice(index * MESSAGE_EVENTS, (index + 1) * MESSAGE_EVENTS),
    }),
  }));
}

export function planSample(calls: readonly LlmCall[]): PlannedCall[] {
  const oldest = new Date(SAMPLE_NOW.getTime() - 75 * 86_400_000);
  const plan = planBatch(toMessages(calls), {
    now: SAMPLE_NOW,
    oldest,
    prices: builtInPriceBook(),
  });
  if (plan.rejections.length + plan.bugs.length > 0) throw new Error('the sample has broken calls');
  return plan.calls;
}
