/** Sixty days of believable calls, the same for the same day: every event is a pure function of `now`. */
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import { promptId } from '../../domain/prompt-id.ts';
import { uuidV5 } from '../../domain/uuid.ts';
import { DEMO_DAYS, DEMO_FEATURES, type DemoFeature, type DemoPrompt } from './features.ts';
import { type Random, seededRandom } from './random.ts';

const DAY_MS = 86_400_000;
const SEED = 20_261_123;
const EVENT_NAMESPACE = 'b7c0a9f4-51de-4a4e-93a5-3f6f6c1d2e90';
const USERS = 240;

type FailedStatus = 'error' | 'timeout' | 'aborted';

/** Calls in order of time, none of them after `now`. */
export function demoCalls(now: Date): LlmCall[] {
  const random = seededRandom(SEED);
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const calls: LlmCall[] = [];
  for (let daysAgo = DEMO_DAYS; daysAgo >= 0; daysAgo -= 1) {
    for (const feature of DEMO_FEATURES) {
      if (daysAgo > feature.sinceDaysAgo) continue;
      calls.push(...dayOfCalls(feature, today - daysAgo * DAY_MS, daysAgo, random));
    }
  }
  return calls
    .filter((call) => Date.parse(call.ts) <= now.getTime())
    .sort((a, b) => Date.parse(a.ts) - Date.parse(b.ts));
}

function dayOfCalls(
  feature: DemoFeature,
  midnight: number,
  daysAgo: number,
  random: Random,
): LlmCall[] {
  const surge =
    feature.surge !== undefined && daysAgo <= feature.surge.sinceDaysAgo ? feature.surge.factor : 1;
  const weekday = new Date(midnight).getUTCDay();
  const weekend = weekday === 0 || weekday === 6 ? 0.55 : 1;
  const count = Math.round(feature.callsPerDay * surge * weekend * (0.95 + 0.1 * random.next()));
  return Array.from({ length: count }, (_, index) =>
    demoCall(
      feature,
      promptOn(feature, daysAgo),
      midnight + secondOfDay(random) * 1_000,
      index,
      random,
    ),
  );
}

/** More calls in office hours: the mean of three draws has the shape of a working day. */
function secondOfDay(random: Random): number {
  const mean = (random.next() + random.next() + random.next()) / 3;
  return Math.floor(mean * 86_399);
}

function promptOn(feature: DemoFeature, daysAgo: number): DemoPrompt {
  return feature.prompts.findLast((prompt) => daysAgo <= prompt.sinceDaysAgo) ?? feature.prompts[0];
}

function demoCall(
  feature: DemoFeature,
  prompt: DemoPrompt,
  startMs: number,
  index: number,
  random: Random,
): LlmCall {
  const ts = new Date(startMs + random.between(0, 999)).toISOString();
  const model = random.chance(0.8) ? feature.models[0] : random.pick(feature.models);
  const user = userOf(random);
  const status = random.chance(0.985)
    ? 'ok'
    : random.pick<FailedStatus>(['error', 'timeout', 'aborted']);
  const output = random.between(...prompt.output);
  const latencyMs = 250 + output * random.between(6, 14);
  const isTagged = random.chance(0.99);
  return {
    v: 1,
    event_id: uuidV5(EVENT_NAMESPACE, `${feature.feature}/${ts}/${index}`),
    ts,
    ...(isTagged
      ? {
          feature: feature.feature,
          user_id: user.id,
          prompt_id: promptId([{ role: 'system', text: prompt.template }]),
          prompt_name: prompt.name,
          user_tier: user.tier,
        }
      : {}),
    provider: feature.provider,
    model,
    ...(status === 'ok' ? { usage: usageOf(feature, prompt, output, random) } : {}),
    status,
    latency_ms: latencyMs,
    ...(feature.stream ? { stream: true, ttft_ms: Math.round(latencyMs * 0.2) } : {}),
    attempt: random.chance(0.98) ? 1 : 2,
    environment: random.chance(0.93) ? 'production' : 'staging',
    service: feature.service,
  };
}

function usageOf(
  feature: DemoFeature,
  prompt: DemoPrompt,
  output: number,
  random: Random,
): NonNullable<LlmCall['usage']> {
  const input = random.between(...prompt.input);
  const cached = random.chance(feature.cachedShare) ? Math.floor(input * 0.7) : 0;
  return { input_tokens: input, output_tokens: output, cache_read_tokens: cached };
}

/** A few users make most of the calls. */
function userOf(random: Random): { id: string; tier: string } {
  const number = Math.floor(USERS * random.next() ** 3);
  return { id: `u_${String(number).padStart(4, '0')}`, tier: number % 5 === 0 ? 'pro' : 'free' };
}
