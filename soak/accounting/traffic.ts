/** Seeded traffic whose every cost is known before anything is published. */
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { PicoUsd } from '../../domain/money.ts';
import { uuidV5 } from '../../domain/uuid.ts';
import { brokenBodies } from '../../local/demo/broken-bodies.ts';
import { type Random, seededRandom } from '../../local/demo/random.ts';

export interface Traffic {
  /** As an app publishes them: every fiftieth comes again, as from an app that did not see the first try's answer. */
  copies: LlmCall[];
  /** Each holds one event that cannot be a call. */
  broken: string[];
  /** What each distinct call costs, by its event id. */
  costs: ReadonlyMap<string, PicoUsd>;
}

const EVENT_NAMESPACE = '5a2d8a8e-6a7f-4a0b-9a53-0c7a3a1a4c10';
const REPEAT_EVERY = 50;
const DAY_MS = 86_400_000;
/** gpt-4o costs $2.50 and $10 per million tokens: said here again, so that a wrong price shows. */
const INPUT_PICO_USD: PicoUsd = 2_500_000n;
const OUTPUT_PICO_USD: PicoUsd = 10_000_000n;

/**
 * @param name of the scenario: two with the same seed publish different calls
 * @param events how many copies, repeats included
 */
export function soakTraffic(name: string, seed: number, events: number, now: Date): Traffic {
  const random = seededRandom(seed);
  const copies: LlmCall[] = [];
  const costs = new Map<string, PicoUsd>();
  for (let index = 0; index < events; index += 1) {
    const isRepeat = index % REPEAT_EVERY === REPEAT_EVERY - 1;
    const earlier = isRepeat ? copies[random.between(0, index - 1)] : undefined;
    const call = earlier ?? soakCall(`${name}/${seed}/${index}`, now, random);
    copies.push(call);
    costs.set(String(call.event_id), costOf(call));
  }
  return { copies, costs, broken: brokenBodies(new Date(now.getTime() - DAY_MS).toISOString()) };
}

/**
 * A call of the last day.
 *
 * @param name from which its id is derived
 */
export function soakCall(name: string, now: Date, random: Random): LlmCall {
  const feature = random.between(1, 6);
  return {
    event_id: uuidV5(EVENT_NAMESPACE, name),
    ts: new Date(now.getTime() - random.between(0, DAY_MS)).toISOString(),
    user_id: `u_${random.between(1, 300)}`,
    feature: `soak.feature_${feature}`,
    prompt_id: `p_${feature}_${random.between(1, 4)}`,
    prompt_name: `soak.prompt_${feature}`,
    provider: 'openai',
    model: 'gpt-4o',
    usage: { input_tokens: random.between(50, 9_000), output_tokens: random.between(1, 900) },
    status: 'ok',
    latency_ms: random.between(200, 20_000),
  };
}

export function costOf({ usage }: LlmCall): PicoUsd {
  const input = BigInt(usage?.input_tokens ?? 0) * INPUT_PICO_USD;
  return input + BigInt(usage?.output_tokens ?? 0) * OUTPUT_PICO_USD;
}
