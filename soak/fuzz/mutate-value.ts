/** Changes a call as producers in every language get it wrong: keys lost, types changed, values out of this world. */
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import type { Random } from '../../local/demo/random.ts';

/** One to three changes. */
export function mutateValue(call: LlmCall, random: Random): unknown {
  let changed: Record<string, unknown> = structuredClone({ ...call });
  for (let left = random.between(1, 3); left > 0; left -= 1) changed = change(changed, random);
  return random.chance(0.02)
    ? random.pick<unknown>([changed, [changed], 7, null, 'call'])
    : changed;
}

const VALUES: [() => unknown, ...(() => unknown)[]] = [
  () => null,
  () => '',
  () => ' ',
  () => 'x'.repeat(1_000),
  () => '\ud800 lone',
  () => 'a\u0000b',
  () => '\u202eright to left',
  () => -1,
  () => 0,
  () => -0,
  () => 1.5,
  () => 1e308,
  () => 2 ** 53,
  () => 2_147_483_648,
  () => 1e-320,
  () => '12',
  () => true,
  () => [],
  () => [null],
  () => ({}),
  () => ({ a: { b: { c: [1, 2, { d: 'e' }] } } }),
  () => '2026-02-30T00:00:00Z',
  () => '0001-01-01T00:00:00Z',
  () => '99999-01-01T00:00:00Z',
  () => '2026-11-25t00:00:00.123456789+23:59',
];

/** Keys that are the contract's own, keys that objects are born with, and keys of other contracts. */
const KEYS: [string, ...string[]] = [
  'v',
  ...['event_id', 'ts', 'user_id', 'feature', 'prompt_id', 'prompt_name'],
  ...['provider', 'model', 'usage', 'usage_raw', 'cost_usd', 'cache_hit', 'service_tier', 'batch'],
  ...['status', 'latency_ms', 'ttft_ms', 'stream', 'attempt', 'response_id', 'trace_id', 'tags'],
  ...['user_tier', 'environment', 'service', 'extra', 'usage_source', 'events', 'encoding', 'data'],
  ...['constructor', 'toString', 'hasOwnProperty', 'toJSON', 'messages', 'specversion', ''],
];
const USAGE_KEYS: [string, ...string[]] = [
  'input_tokens',
  ...['output_tokens', 'cache_read_tokens', 'reasoning_tokens'],
  ...['prompt_tokens', 'completion_tokens', 'prompt_tokens_details', 'total_tokens', 'inputTokens'],
  ...[
    'cache_read_input_tokens',
    'cache_creation',
    'promptTokenCount',
    'server_tool_use',
    '__proto__',
  ],
];

function change(call: Record<string, unknown>, random: Random): Record<string, unknown> {
  const keys = Object.keys(call);
  const own = keys[random.between(0, keys.length - 1)] ?? 'ts';
  switch (random.between(0, 5)) {
    case 0: {
      const { [own]: _, ...rest } = call;
      return rest;
    }
    case 1:
      return { ...call, [own]: random.pick(VALUES)() };
    case 2:
      return { ...call, [random.pick(KEYS)]: random.pick(VALUES)() };
    case 3:
      return { ...call, usage: changeUsage(call['usage'], random) };
    case 4:
      return { ...call, usage_raw: changeUsage(call['usage'], random) };
    default:
      return { ...call, cost_usd: random.pick(COSTS) };
  }
}

const COSTS: [unknown, ...unknown[]] = [
  0,
  ...['0.1', 1e-13, '1e-7', 99_999_999, '99999999.9999999999999', -1, 'free'],
  ...[0.1, '0.0000000000005', '0.00000000000049', 5e-324, '١', '1_000'],
];

function changeUsage(usage: unknown, random: Random): unknown {
  if (typeof usage !== 'object' || usage === null) return random.pick(VALUES)();
  // Defined, not assigned: `__proto__` shall be a key like any other, as JSON.parse makes it.
  return Object.defineProperty({ ...usage }, random.pick(USAGE_KEYS), {
    value: random.chance(0.5) ? random.between(0, 100_000) : random.pick(VALUES)(),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
