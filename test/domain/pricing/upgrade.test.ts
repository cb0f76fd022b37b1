/** The first release whose list has regions of OpenAI and other sizes, taken over the one before: no call of the past loses its price. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPicoUsd, parsePicoUsd } from '../../../domain/money.ts';
import { builtInPrices } from '../../../domain/pricing/built-in-prices.ts';
import {
  comparePriceLists,
  type HeldPriceList,
  rowsToAdd,
} from '../../../domain/pricing/compare-price-lists.ts';
import { type Correction, correct } from '../../../domain/pricing/corrections.ts';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { priceCall } from '../../../domain/pricing/price-call.ts';
import {
  type PriceList,
  type PriceRow,
  type PriceUnit,
  SERVICE_TIERS,
} from '../../../domain/pricing/price-list.ts';
import { hasOnePriceEverywhere } from '../../../domain/pricing/regions.ts';

const DEPLOY = '2026-11-20T00:00:00Z';
const BEFORE = new Date('2026-11-15T00:00:00Z');
const AFTER = new Date('2026-11-25T00:00:00Z');
const THEN = '2026-12-15T00:00:00Z';
const SIZES = [1_000, 271_999, 272_000, 272_001, 300_000, 1_000_000];

const list = builtInPrices();

/** What the list of revision 1 had of tiers that revision 2 has none of, or less. */
const OF_REVISION_1: Correction[] = [
  {
    ...{ provider: 'openai', models: ['gpt-5.4'], serviceTier: 'priority', tokensTimes: '2' },
    ...{ except: ['web_search'], source: 'revision 1' },
  },
  {
    ...{ provider: 'openai', models: ['gpt-5.5-pro'], serviceTier: 'batch', tokensTimes: '0.5' },
    ...{ except: ['cache_read', 'web_search'], source: 'revision 1' },
  },
];

/** The list of revision 1, made of that of today: without regions of OpenAI, and with the catalogue's sizes. */
function previous({ prices, names }: PriceList): PriceList {
  const isOther = ({ provider, model, serviceTier, region }: PriceRow) =>
    region === '*' ||
    (provider === 'openai' && serviceTier === 'priority' && /^gpt-5\.[45]$/.test(model)) ||
    (provider === 'openai' && serviceTier === 'batch' && model === 'gpt-5.5-pro');
  const isMoved = ({ provider, model, aboveInputTokens }: PriceRow) =>
    provider === 'openai' && aboveInputTokens === 272_000 && /^gpt-(5\.[56]|6-astra)/.test(model);
  const older = prices
    .filter((row) => !isOther(row))
    .map((row) => (isMoved(row) ? { ...row, aboveInputTokens: 271_999 } : row));
  const rows = correct(older, OF_REVISION_1).map(
    (row): PriceRow => ({ ...row, id: 0, kind: 'list', revision: 1 }),
  );
  return { prices: rows, names };
}

/** As Postgres adds them. */
function take(held: HeldPriceList, listed: PriceList, validFrom: string): HeldPriceList {
  const { prices, names } = rowsToAdd(comparePriceLists(held, listed, validFrom));
  const release = 'a release';
  return {
    prices: [...held.prices, ...prices.map((row) => ({ ...row, release }))],
    names: [...held.names, ...names.map((row) => ({ ...row, release }))],
  };
}

const first = take({ prices: [], names: [] }, previous(list), '2026-10-01T00:00:00Z');
const [old, upgraded, fresh] = [first, take(first, list, DEPLOY), list].map(
  (held) => new PriceBook(held),
);
const models = [
  ...new Set(list.prices.filter((row) => row.provider === 'openai').map((row) => row.model)),
];

function costOf(book: PriceBook | undefined, call: object): string {
  if (book === undefined) throw new Error('no list');
  const priced = priceCall(book, { provider: 'openai', model: '', at: BEFORE, usage: {}, ...call });
  return priced.priceStatus === 'unpriced' ? priced.reason : formatPicoUsd(priced.cost);
}

function calls(region: string): object[] {
  return models.flatMap((model) =>
    SERVICE_TIERS.flatMap((tier) =>
      SIZES.map((input_tokens) => ({
        ...{ model, region, serviceTier: tier, batch: tier === 'batch' },
        usage: { input_tokens, output_tokens: 1_000, cache_read_tokens: 500 },
      })),
    ),
  );
}

describe('an upgrade of the list of revision 1', () => {
  test('leaves every price of a call that states no region and started before it', () => {
    const model = 'gpt-5.5';
    const usage = { input_tokens: 300_000, output_tokens: 1_000 };
    // 300,000 × $10 + 1,000 × $45 a million.
    expect(costOf(upgraded, { model, usage })).toBe('3.045000000000');
    for (const call of calls('')) {
      const before = costOf(old, call);
      if (/^\d/.test(before)) expect(costOf(upgraded, call), JSON.stringify(call)).toBe(before);
    }
  });

  test('takes the price of no call in a region of a model that OpenAI prices there', () => {
    const apart = new Set(list.prices.filter(({ region }) => region === '*').map((r) => r.model));
    const known = calls('eu').filter((call) => {
      const { model } = call as { model: string };
      const named = { provider: 'openai', model };
      return apart.has(model) || hasOnePriceEverywhere(named, named);
    });
    expect(known.length).toBeGreaterThan(1_000);
    for (const call of known) {
      if (/^\d/.test(costOf(old, call))) {
        expect(costOf(upgraded, call), JSON.stringify(call)).toMatch(/^\d/);
      }
    }
  });

  test.each(['', 'eu'])(
    'prices what starts after it as a new installation does: region %j',
    (region) => {
      for (const call of calls(region)) {
        const after = { ...call, at: AFTER };
        expect(costOf(upgraded, after), JSON.stringify(after)).toBe(costOf(fresh, after));
      }
    },
  );

  test('reaches the past where somebody takes it again from an earlier date', () => {
    const corrected = new PriceBook(take(take(first, list, DEPLOY), list, '2026-11-01T00:00:00Z'));
    for (const call of [...calls(''), ...calls('eu')]) {
      expect(costOf(corrected, call), JSON.stringify(call)).toBe(costOf(fresh, call));
      const before = { ...call, at: new Date('2026-10-31T23:59:59Z') };
      expect(costOf(corrected, before), JSON.stringify(before)).toBe(costOf(upgraded, before));
    }
  });

  test.each([
    ['another price', (row: PriceRow): PriceRow => ({ ...row, priceUsd: half(row.priceUsd) })],
    [
      'another size',
      (row: PriceRow): PriceRow => ({
        ...row,
        aboveInputTokens: row.aboveInputTokens && 200_000,
      }),
    ],
  ])(
    'is followed by a release with %s: no call of before costs another, in any region',
    (_, change) => {
      const model = /^gpt-5\.[45]/;
      const prices = list.prices.map((row) =>
        row.provider === 'openai' && model.test(row.model) ? change(row) : row,
      );
      const next = { ...list, prices };
      const then = new PriceBook(take(take(first, list, DEPLOY), next, THEN));
      const later = new PriceBook(next);
      const ofModel = (call: object) => model.test((call as { model: string }).model);
      for (const call of [...calls(''), ...calls('eu')].filter(ofModel)) {
        const before = { ...call, at: AFTER };
        expect(costOf(then, before), JSON.stringify(before)).toBe(costOf(upgraded, before));
        const after = { ...call, at: new Date('2026-12-20T00:00:00Z') };
        expect(costOf(then, after), JSON.stringify(after)).toBe(costOf(later, after));
      }
    },
  );
});

test('of a list without tuned models prices their calls from then on, and from an earlier date where somebody says so', () => {
  const isTuned = ({ model }: { model: string }) => model.startsWith('ft:');
  const without = {
    prices: list.prices.filter((row) => !(isTuned(row) && row.unit === 'cache_read')),
    names: list.names.filter((row) => !(isTuned(row) && row.source.startsWith('https:'))),
  };
  const held = take({ prices: [], names: [] }, without, '2026-10-01T00:00:00Z');
  const usage = { input_tokens: 2_000, cache_read_tokens: 1_000, output_tokens: 0 };
  const call = { model: 'ft:gpt-4o-2024-08-06:acme::x', usage };
  const next = take(held, list, DEPLOY);
  expect(costOf(new PriceBook(held), call)).toBe('model_unlisted');
  // Cached input would have been charged as any other: 1,000 × $3.75 a million, not $1.875.
  expect(costOf(new PriceBook(next), call)).toBe('model_unlisted');
  expect(costOf(new PriceBook(next), { ...call, at: AFTER })).toBe('0.005625000000');
  const reached = new PriceBook(take(next, list, '2026-11-01T00:00:00Z'));
  expect(costOf(reached, call)).toBe('0.005625000000');
  // What somebody had given these prices keeps what it cost.
  const known = { ...call, model: 'ft:gpt-4o' };
  expect(costOf(new PriceBook(held), known)).toBe('0.007500000000');
  expect(costOf(new PriceBook(next), known)).toBe('0.007500000000');
});

test('a call in a region costs what it costs elsewhere, a tenth more, or nothing that is known: whatever was held or entered', () => {
  const days = ['1970-01-01', '2026-03-05', '2026-08-21', '2026-11-10', '2026-11-20', '2026-11-22'];
  const bases = first.prices.filter(
    ({ provider, model }) => provider === 'openai' && model === 'gpt-5.5',
  );
  const another = fc
    .record({
      base: fc.constantFrom(...bases),
      day: fc.constantFrom(...days),
      release: fc.constantFrom(null, 'another release'),
      usd: fc.constantFrom('1', '8', '100', null, undefined),
      size: fc.constantFrom(undefined, 200_000, 271_999, 272_000),
    })
    .map(({ base, day, release, usd, size }) => ({
      ...{ ...base, validFrom: `${day}T00:00:00Z`, revision: 2, release },
      priceUsd: usd === undefined ? base.priceUsd : usd,
      aboveInputTokens: size ?? base.aboveInputTokens,
    }));
  const sampled = calls('eu').filter((call) => 'model' in call && call.model === 'gpt-5.5');
  fc.assert(
    fc.property(fc.array(another, { maxLength: 3 }), (others) => {
      const held = { ...first, prices: [...first.prices, ...others] };
      const next = take(held, list, DEPLOY);
      expectTenthMore(new PriceBook(next), sampled);
      expectTenthMore(
        new PriceBook(take(next, dearerSince('2026-11-23T00:00:00Z'), THEN)),
        sampled,
      );
    }),
    { numRuns: 5 },
  );
});

test.each([
  ['a new installation', fresh],
  ['an upgraded one', upgraded],
])('so it is for every model, tier and size: %s', (_, book) => {
  expectTenthMore(book, calls('eu'));
});

function expectTenthMore(book: PriceBook | undefined, sampled: readonly object[]): void {
  for (const at of [new Date('2026-04-01'), BEFORE, AFTER]) {
    for (const call of sampled) {
      const there = costOf(book, { ...call, at });
      if (!/^\d/.test(there)) continue;
      const here = costOf(book, { ...call, at, region: '' });
      const tenthMore = formatPicoUsd((parsePicoUsd(here) * 11n) / 10n);
      expect([here, tenthMore], JSON.stringify({ call, at })).toContain(there);
    }
  }
}

/** Today's list, where a model has another price for output from a day on, and for input without one: everywhere. */
function dearerSince(day: string): PriceList {
  const isOf = ({ provider, model }: PriceRow) => provider === 'openai' && model === 'gpt-5.5';
  const ofUnit = (unit: PriceUnit) => (row: PriceRow) => isOf(row) && row.unit === unit;
  const input = list.prices.map((row) =>
    ofUnit('input')(row) ? { ...row, priceUsd: half(row.priceUsd) } : row,
  );
  const output = list.prices
    .filter(ofUnit('output'))
    .map((row) => ({ ...row, validFrom: day, priceUsd: half(row.priceUsd) }));
  return { ...list, prices: [...input, ...output] };
}

function half(usd: string | null): string | null {
  return usd === null ? null : formatPicoUsd(parsePicoUsd(usd) / 2n);
}
