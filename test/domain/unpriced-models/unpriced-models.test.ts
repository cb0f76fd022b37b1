/** Which models of a batch have no price, and why. */
import { expect, test } from 'vitest';
import { planBatch } from '../../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../../domain/pricing/built-in-prices.ts';
import { UnpricedModels } from '../../../domain/unpriced-models/unpriced-models.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const prices = builtInPriceBook();

/** As ingest finds them. */
function unpricedOf(...events: object[]) {
  const body = JSON.stringify(
    events.map((event, index) => ({
      ...{ ts: `2026-11-20T00:00:0${index}Z`, feature: 'f', provider: 'openai', model: 'gpt-5' },
      usage: { input_tokens: 1_000, output_tokens: 10 },
      ...event,
    })),
  );
  const oldest = new Date('2026-10-01T00:00:00Z');
  const { calls, rejections } = planBatch([{ messageId: 'm', body }], { now: NOW, oldest, prices });
  expect(rejections).toEqual([]);
  const models = new UnpricedModels(prices);
  for (const { row } of calls) {
    if (row.price_status === 'unpriced') models.add({ ...row, ts: new Date(row.ts) });
  }
  return models.list();
}

test('each model once, however many calls; one that has a price not at all', () => {
  const models = unpricedOf(
    {},
    { model: 'gpt-99', feature: 'first' },
    { model: 'gpt-99', feature: 'second' },
    { provider: 'acme', model: 'gpt-5' },
  );
  expect(models).toEqual([
    expect.objectContaining({
      provider: 'openai',
      model: 'gpt-99',
      cause: 'price',
      feature: 'first',
    }),
    expect.objectContaining({ provider: 'acme', model: 'gpt-5', cause: 'price' }),
  ]);
  expect(models[0]?.why.what).toBe('the price list has no openai gpt-99 at that time');
});

test.each([
  ['a tier that is not listed', { service_tier: 'gold' }, 'price', 'has no price in the tier gold'],
  [
    'counts that contradict themselves',
    { usage_raw: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 99 } },
    'usage',
    'contradicts itself',
  ],
  [
    'something used that nobody reads',
    { usage_raw: { prompt_tokens: 10, completion_tokens: 1, video_tokens: 7 } },
    'usage',
    'video_tokens',
  ],
  ['half of the counts', { usage: { input_tokens: 10 } }, 'usage', 'no count of input or of'],
])('%s: says what would help', (_what, event, cause, why) => {
  const [model, ...more] = unpricedOf(event);
  expect(more).toEqual([]);
  expect(model).toMatchObject({ provider: 'openai', model: 'gpt-5', cause });
  expect(model?.why.what).toContain(why);
});

test('a price and a usage that are missing are told apart', () => {
  expect(
    unpricedOf({ service_tier: 'gold' }, { usage: { input_tokens: 10 } }).map(({ cause }) => cause),
  ).toEqual(['price', 'usage']);
});
