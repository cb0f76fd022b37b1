/** Which row of a list is the price of a call: names, contracts, regions. */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../domain/explain-call/explain.ts';
import { formatPicoUsd } from '../../../domain/money.ts';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { priceCall } from '../../../domain/pricing/price-call.ts';
import { type ModelName, type PriceRow, SINCE_EVER } from '../../../domain/pricing/price-list.ts';
import type { StoredCall } from '../../../domain/pricing/stored-call.ts';
import { USAGE_KEYS } from '../../../domain/usage/usage.ts';

const AT = new Date('2026-11-23T13:00:00Z');

let rows = 0;

function price(
  model: string,
  unit: PriceRow['unit'],
  priceUsd: string | null,
  more: Partial<PriceRow> = {},
): PriceRow {
  rows += 1;
  return {
    ...{ id: rows, kind: 'list', provider: 'acme', model, unit, serviceTier: 'standard' },
    ...{ region: '', aboveInputTokens: 0, fromMinute: 0, untilMinute: 1_440, revision: 1 },
    ...{ validFrom: SINCE_EVER, priceUsd, source: 'a test', ...more },
  };
}

const contract = (
  model: string,
  unit: PriceRow['unit'],
  priceUsd: string | null,
  more: Partial<PriceRow> = {},
) => price(model, unit, priceUsd, { kind: 'contracted', ...more });

function name(from: string, to: string, more: Partial<ModelName> = {}): ModelName {
  return {
    ...{ provider: 'acme', name: from, match: 'exact', modelProvider: 'acme', model: to },
    ...{ priceStatus: 'priced', validFrom: SINCE_EVER, source: 'a test', ...more },
  };
}

const LISTED = [price('listed', 'input', '10'), price('listed', 'output', '20')];
const USAGE = { input_tokens: 1_000_000, output_tokens: 1_000_000 };

function costs(book: PriceBook, model: string, more: object = {}): string {
  const call = { provider: 'acme', model, at: AT, usage: USAGE, ...more };
  const priced = priceCall(book, call);
  if (priced.priceStatus === 'unpriced') return priced.reason;
  return `${Number(formatPicoUsd(priced.cost))} ${priced.priceStatus}`;
}

describe('a contract on a model as named', () => {
  const CONTRACT = [contract('called', 'input', '1'), contract('called', 'output', '2')];

  test('goes on holding when a release lists the model as a name of another', () => {
    const before = new PriceBook({ prices: [...LISTED, ...CONTRACT], names: [] });
    const names = [name('called', 'listed')];
    const after = new PriceBook({ prices: [...LISTED, ...CONTRACT], names });
    expect(costs(before, 'called')).toBe('3 priced');
    expect(costs(after, 'called')).toBe('3 priced');
    expect(costs(after, 'called-2026-01-01')).toBe('3 priced');
    expect(costs(after, 'listed')).toBe('30 priced');
  });

  test('goes before a contract on the model that the name leads to', () => {
    const prices = [...LISTED, contract('called', 'input', '1'), contract('listed', 'input', '5')];
    const book = new PriceBook({ prices, names: [name('called', 'listed')] });
    expect(costs(book, 'called')).toBe('21 priced');
    expect(costs(book, 'listed')).toBe('25 priced');
  });

  test('has the listed price where it has none of its own: another unit, before it began, once it ended', () => {
    const since = { validFrom: '2026-06-01T00:00:00Z' };
    const prices = [
      ...LISTED,
      contract('called', 'input', '1', since),
      contract('called', 'input', null, { validFrom: '2026-12-01T00:00:00Z' }),
    ];
    const book = new PriceBook({ prices, names: [name('called', 'listed')] });
    expect(costs(book, 'called')).toBe('21 priced');
    expect(costs(book, 'called', { at: new Date('2026-05-31T00:00:00Z') })).toBe('30 priced');
    expect(costs(book, 'called', { at: new Date('2026-12-01T00:00:00Z') })).toBe('30 priced');
  });

  test('is inferred only where a price of the other model is in the sum', () => {
    const family = { match: 'family', modelProvider: 'acme', priceStatus: 'inferred' } as const;
    const names = [name('', '', { ...family, provider: 'reseller' })];
    const sold = { provider: 'reseller' };
    const input = contract('listed', 'input', '1', sold);
    const one = new PriceBook({ prices: [...LISTED, input], names });
    expect(costs(one, 'listed', sold)).toBe('21 inferred');
    const both = [input, contract('listed', 'output', '2', sold)];
    expect(costs(new PriceBook({ prices: [...LISTED, ...both], names }), 'listed', sold)).toBe(
      '3 priced',
    );
  });

  test('says nothing of a snapshot that the list has prices for', () => {
    const snapshot = ['input', 'output'].map((unit) =>
      price('called-2026-01-01', unit as PriceRow['unit'], '100'),
    );
    const book = new PriceBook({ prices: [...LISTED, ...CONTRACT, ...snapshot], names: [] });
    expect(costs(book, 'called-2026-01-01')).toBe('200 priced');
  });

  test('adds up, told of a stored call', () => {
    const prices = [...LISTED, contract('called', 'input', '1')];
    const book = new PriceBook({ prices, names: [name('called', 'listed')] });
    const unknown = Object.fromEntries(USAGE_KEYS.map((key) => [key, null]));
    for (const model of ['called', 'called-2026-01-01']) {
      const call = {
        ...{ ...unknown, ...USAGE, ts: AT, provider: 'acme', model, service_tier: null },
        ...{ region: null, batch: null, usage_raw: null, flags: [], computed_cost_usd: null },
        ...{ cost_usd: '21.000000000000', price_status: 'priced', price_ids: [] },
      } as unknown as StoredCall;
      const used = prices.filter(({ kind, unit }) => kind === 'contracted' || unit === 'output');
      expect(explain(call, used, book)).toMatchObject({ agrees: true, isOutdated: false });
    }
  });
});
