/** Where counts come from: what the event says, else partial where a call that was cut off lacks one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCall } from '../../../domain/ingest-calls/parse-call.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';

const NOW = new Date('2026-11-23T14:00:00Z');
const CONTEXT = { messageId: 'm', index: 0, now: NOW, oldest: new Date(0) };

const count = fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined });

/** One object in the shapes of three providers. */
const DIALECTS: ((input?: number, output?: number) => object)[] = [
  (input_tokens, output_tokens) => ({ input_tokens, output_tokens }),
  (prompt_tokens, completion_tokens) => ({ prompt_tokens, completion_tokens }),
  (inputTokens, outputTokens) => ({ inputTokens, outputTokens }),
];

test('partial is what did not end ok and lacks its input or its output, unless the event says another', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('ok', 'error', 'aborted', 'timeout', 'abandoned'),
      fc.constantFrom('provider', 'partial', 'estimated', null, undefined),
      fc.tuple(count, count).filter((counts) => counts.some((known) => known !== undefined)),
      fc.constantFrom(...DIALECTS),
      (status, usage_source, [input, output], dialect) => {
        const parsed = parseCall(
          {
            ...{ ts: '2026-11-23T13:00:00Z', provider: 'openai', model: 'gpt-5', status },
            ...{ usage_source, usage_raw: JSON.parse(JSON.stringify(dialect(input, output))) },
          },
          { ...CONTEXT, prices: builtInPriceBook() },
        );
        if (!parsed.ok) throw new Error(parsed.rejection.detail);
        const isPartial = status !== 'ok' && (input === undefined || output === undefined);
        expect(parsed.value.usage_source).toBe(usage_source ?? (isPartial ? 'partial' : null));
        // What is not counted stays unknown, and so does the cost.
        expect(parsed.value.output_tokens).toBe(output ?? null);
        if (isPartial) expect(parsed.value.cost_usd).toBeNull();
      },
    ),
  );
});

test.each([
  ['a call without any usage has no source of it', { usage: null }],
  ['nor has one of which only the cost is known', { usage: null, cost_usd: '0.1' }],
])('%s', (_, event) => {
  const call = { ts: '2026-11-23T13:00:00Z', provider: 'openai', model: 'gpt-5', ...event };
  const parsed = parseCall(
    { ...call, status: 'aborted' },
    { ...CONTEXT, prices: builtInPriceBook() },
  );
  expect(parsed).toMatchObject({ ok: true, value: { usage_source: null } });
});
