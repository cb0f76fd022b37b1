/** The catalogue in the bundles prices every model as the package's own does. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { MatchLogic } from '@pydantic/genai-prices';
import * as original from '@pydantic/genai-prices';
import { expect, test } from 'vitest';
import { strippedSource } from '../../scripts/strip-price-catalogue.ts';

const SOURCE = await readFile(fileURLToPath(import.meta.resolve('@pydantic/genai-prices')), 'utf8');

async function load(source: string): Promise<typeof original> {
  return import(`data:text/javascript;base64,${Buffer.from(source).toString('base64')}`);
}

/** What stands in a rule, which may match other models too. */
function namesIn(match: MatchLogic): string[] {
  if ('or' in match) return match.or.flatMap(namesIn);
  if ('and' in match) return [match.and.flatMap(namesIn).join('-')];
  return Object.values(match) as string[];
}

/** Now, by day and by night, and either side of every change of the model's prices. */
function momentsOf(prices: original.ModelInfo['prices']): Date[] {
  const changes = (Array.isArray(prices) ? prices : []).flatMap(({ constraint }) =>
    constraint !== undefined && 'start_date' in constraint
      ? [Date.parse(constraint.start_date)]
      : [],
  );
  const moments = changes.flatMap((ms) => [ms - 1, ms]);
  return [...moments, Date.parse('2026-11-23T03:00Z'), Date.parse('2026-11-23T17:00Z')].map(
    (ms) => new Date(ms),
  );
}

test('whatever the model and the time', async () => {
  const stripped = await load(strippedSource(SOURCE));
  const usage = { input_tokens: 300_000, output_tokens: 2_000, cache_read_tokens: 100_000 };
  const answer = (
    { calcPrice }: typeof original,
    name: string,
    providerId: string,
    timestamp: Date,
  ): string => {
    const price = calcPrice(usage, name, { providerId, timestamp });
    if (price === null) return `${providerId} ${name}: no price`;
    const { model, provider, model_price: prices, total_price: total } = price;
    return JSON.stringify([name, provider.id, model.id, model.match, prices, total]);
  };
  const expected: string[] = [];
  const found: string[] = [];
  for (const { id: providerId, models } of (await original.waitForUpdate()) ?? []) {
    for (const { id, match, prices } of models) {
      for (const name of new Set([id, ...namesIn(match)])) {
        for (const moment of momentsOf(prices)) {
          expected.push(answer(original, name, providerId, moment));
          found.push(answer(stripped, name, providerId, moment));
        }
      }
    }
  }
  expect(found.filter((text) => text.startsWith('[')).length).toBeGreaterThan(4_000);
  expect(found).toEqual(expected);
});

test('a package of another shape stops the build', () => {
  for (const source of ['export default []', SOURCE.replaceAll('\n], ', '\n]; ')]) {
    expect(() => strippedSource(source)).toThrow('strip-price-catalogue.ts');
  }
});
