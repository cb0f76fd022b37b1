/** Whatever a release says without a date, for whatever names: calls of before that had a cost have the same after it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  comparePriceLists,
  type HeldPriceList,
  rowsToAdd,
} from '../../../domain/pricing/compare-price-lists.ts';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { priceCall } from '../../../domain/pricing/price-call.ts';
import {
  type ModelName,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  type ServiceTier,
  SINCE_EVER,
} from '../../../domain/pricing/price-list.ts';

const FIRST = '2026-11-02T00:00:00Z';
const SECOND = '2026-11-20T00:00:00Z';
const THIRD = '2026-11-25T00:00:00Z';
const TIMES = ['2026-10-01', '2026-11-05', '2026-11-19'].map((day) => new Date(day));
const LATER = new Date('2026-11-22');

const provider = fc.constantFrom('acme', 'shop');
const model = fc.constantFrom('m', 'm-2026-01-01', 'x', 'x-2026-01-01', 'n');
const usd = fc.constantFrom('1', '2', '3');
const tier = fc.constantFrom<ServiceTier>('standard', 'batch');

const row = (
  named: { provider: string; model: string },
  unit: PriceUnit,
  priceUsd: string,
  serviceTier: ServiceTier = 'standard',
): PriceRow => ({
  ...{ id: 0, kind: 'list', revision: 1, region: '', fromMinute: 0, aboveInputTokens: 0 },
  ...{ untilMinute: 1_440, validFrom: SINCE_EVER, source: 'a test' },
  ...{ ...named, unit, priceUsd, serviceTier },
});

const priced = fc
  .record({
    ...{ provider, model },
    tiers: fc.uniqueArray(
      fc.record({ serviceTier: tier, input: usd, output: fc.option(usd), cached: fc.option(usd) }),
      { minLength: 1, maxLength: 2, selector: ({ serviceTier }) => serviceTier },
    ),
  })
  .map(({ tiers, ...named }) =>
    tiers.flatMap(({ serviceTier, input, output, cached }) => [
      row(named, 'input', input, serviceTier),
      ...(output === null ? [] : [row(named, 'output', output, serviceTier)]),
      ...(cached === null ? [] : [row(named, 'cache_read', cached, serviceTier)]),
    ]),
  );

const name = fc.record({ provider, name: model, modelProvider: provider, model }).map(
  (named): ModelName => ({
    ...{ ...named, match: 'exact', priceStatus: 'priced', validFrom: SINCE_EVER, source: 'a test' },
  }),
);

const family = fc
  .record({ provider, name: fc.constantFrom('', 'x', 'x-'), model: fc.constantFrom('', 'm', 'm-') })
  .map(
    ({ provider: seller, ...named }): ModelName => ({
      ...{ ...named, provider: seller, modelProvider: seller === 'acme' ? 'shop' : 'acme' },
      ...{ match: 'family', priceStatus: 'inferred', validFrom: SINCE_EVER, source: 'a test' },
    }),
  );

const key = (named: { provider: string }, id: string) => `${named.provider} ${id}`;

/** As a catalogue is made: a model once, and names of a model of the provider that has a price, which are no model's own. */
const release = fc
  .record({
    models: fc.uniqueArray(priced, {
      maxLength: 5,
      selector: ([first]) => key(first as PriceRow, first?.model ?? ''),
    }),
    names: fc.uniqueArray(name, { maxLength: 3, selector: (named) => key(named, named.name) }),
    families: fc.uniqueArray(family, { maxLength: 2, selector: (named) => key(named, named.name) }),
  })
  .map(({ models, names, families }): PriceList => {
    const prices = models.flat();
    const ids = new Set(prices.map((price) => key(price, price.model)));
    const others = names
      .map((named) => ({ ...named, modelProvider: named.provider }))
      .filter((named) => ids.has(key(named, named.model)) && !ids.has(key(named, named.name)));
    return { prices, names: [...others, ...families] };
  });

const contract = fc
  .record({
    ...{ provider, model, priceUsd: usd, serviceTier: tier },
    unit: fc.constantFrom<PriceUnit>('input', 'output', 'cache_read'),
    validFrom: fc.constantFrom(SINCE_EVER, FIRST),
  })
  .map(({ unit, priceUsd, serviceTier, validFrom, ...named }) => ({
    ...{ ...row(named, unit, priceUsd, serviceTier), kind: 'contracted' as const },
    ...{ validFrom, release: null },
  }));

const alias = fc.tuple(name, fc.constantFrom(SINCE_EVER, FIRST)).map(([named, validFrom]) => ({
  ...{ ...named, priceStatus: 'inferred' as const, validFrom, release: null },
}));

function take(held: HeldPriceList, list: PriceList, validFrom: string): HeldPriceList {
  const { prices, names } = rowsToAdd(comparePriceLists(held, list, validFrom));
  const taken = { release: 'a release' };
  return {
    prices: [...held.prices, ...prices.map((price) => ({ ...price, ...taken }))],
    names: [...held.names, ...names.map((named) => ({ ...named, ...taken }))].sort((a, b) =>
      a.validFrom.localeCompare(b.validFrom),
    ),
  };
}

const CALLS = ['acme', 'shop'].flatMap((seller) =>
  ['m', 'm-2026-01-01', 'x', 'x-2026-01-01', 'n', 'n-2026-01-01'].flatMap((called) =>
    [
      { input_tokens: 1_000_000, output_tokens: 0 },
      { input_tokens: 1_000_000, output_tokens: 1_000_000, cache_read_tokens: 500_000 },
    ].flatMap((usage) =>
      [false, true].map((batch) => ({ provider: seller, model: called, usage, batch })),
    ),
  ),
);

function costs(list: PriceList, times: readonly Date[]): (bigint | null)[] {
  const book = new PriceBook(list);
  return times.flatMap((at) =>
    CALLS.map((call) => {
      const price = priceCall(book, { ...call, at });
      return price.priceStatus === 'unpriced' ? null : price.cost;
    }),
  );
}

test('a release that says no dates leaves what calls of before cost', () => {
  fc.assert(
    fc.property(
      ...[
        release,
        release,
        fc.array(contract, { maxLength: 2 }),
        fc.array(alias, { maxLength: 1 }),
      ],
      (first, second, contracts, aliases) => {
        const taken = take({ prices: [], names: [] }, first, FIRST);
        // `prices alias` leads to what has a price.
        const prices = [...taken.prices, ...contracts];
        const leads = (named: ModelName) =>
          prices.some((p) => p.provider === named.modelProvider && p.model === named.model);
        const held = {
          prices,
          names: [...taken.names, ...aliases.filter(leads)].sort((a, b) =>
            a.validFrom.localeCompare(b.validFrom),
          ),
        };
        const next = take(held, second, SECOND);
        const [before, after] = [held, next].map((list) => costs(list, TIMES));
        before?.forEach((cost, index) => {
          const call = CALLS[index % CALLS.length];
          if (cost !== null) expect(after?.[index], JSON.stringify({ call, index })).toBe(cost);
        });
        // Nor does the same once more, or with the past of yet another.
        const again = take(next, second, THIRD);
        expect(costs(again, [...TIMES, LATER])).toEqual(costs(next, [...TIMES, LATER]));
      },
    ),
    { numRuns: 500 },
  );
});
