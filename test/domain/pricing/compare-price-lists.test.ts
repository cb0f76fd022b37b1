/** Taking release after release: the list says what the newest one says, and the past is left as it was. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  comparePriceLists,
  type HeldPriceList,
  type PriceListChanges,
  rowsToAdd,
} from '../../../domain/pricing/compare-price-lists.ts';
import { PriceBook } from '../../../domain/pricing/price-book.ts';
import { priceCall } from '../../../domain/pricing/price-call.ts';
import {
  type ModelName,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  SINCE_EVER,
} from '../../../domain/pricing/price-list.ts';

/** Ascending; a release is taken on each of the last ones. */
const DATES = [1, 2, 3, 4, 5, 6, 7].map((day) => `2026-11-0${day}T00:00:00Z`);
const BANDS = [0, 200_000];

function row(band: number, validFrom: string, priceUsd: string | null): PriceRow {
  return {
    ...{ id: 0, kind: 'list', provider: 'acme', model: 'm', unit: 'input', revision: 1 },
    ...{ serviceTier: 'standard', region: '', aboveInputTokens: band, fromMinute: 0 },
    ...{ untilMinute: 1_440, validFrom, priceUsd, source: 'a test' },
  };
}

/** What a catalogue may say of a band: a price, or one that others follow on dates. */
const band = (above: number) =>
  fc
    .record({
      first: fc.constantFrom('1', '2', '3'),
      later: fc.uniqueArray(
        fc.tuple(fc.constantFrom(...DATES), fc.constantFrom('1', '2.0', '3', null)),
        { maxLength: 2, selector: ([date]) => date },
      ),
    })
    .map(({ first, later }) => [
      row(above, SINCE_EVER, first),
      ...later.map(([date, price]) => row(above, date, price)),
    ]);

const release = fc
  .tuple(band(0), fc.option(band(200_000), { nil: [] }))
  .map(([all, large]): PriceList => ({ prices: [...all, ...large], names: [] }));

const NOTHING: HeldPriceList = { prices: [], names: [] };

/** As Postgres adds them: another row of the same key and instant is its next revision. */
function take(list: HeldPriceList, listed: PriceList, validFrom: string): HeldPriceList {
  const { prices, names } = rowsToAdd(comparePriceLists(list, listed, validFrom));
  const release = 'a release';
  const named = [...list.names, ...names.map((name) => ({ ...name, release }))];
  return {
    prices: [...list.prices, ...prices.map((price) => ({ ...price, release }))],
    names: named.sort((a, b) => a.validFrom.localeCompare(b.validFrom)),
  };
}

/** As somebody enters them. */
function byHand({ prices, names }: PriceList): HeldPriceList {
  return {
    prices: prices.map((price) => ({ ...price, release: null })),
    names: names.map((name) => ({ ...name, release: null })),
  };
}

function nameOf(model: string): ModelName {
  return {
    ...{ provider: 'acme', name: 'called', match: 'exact', modelProvider: 'acme', model },
    ...{ priceStatus: 'priced', validFrom: SINCE_EVER, source: 'a test' },
  };
}

function modelAt({ names }: PriceList, instant: string): string | undefined {
  return names.findLast(({ validFrom }) => validFrom <= instant)?.model;
}

function priceAt({ prices }: PriceList, above: number, instant: string): number | null {
  const [holding] = prices
    .filter((price) => price.aboveInputTokens === above && price.validFrom <= instant)
    .sort((a, b) => b.validFrom.localeCompare(a.validFrom) || b.revision - a.revision);
  return holding?.priceUsd == null ? null : Number(holding.priceUsd);
}

test('from its date on the list says what the release says, and taking it again adds nothing', () => {
  // Also a date before that of a release that was taken earlier: somebody goes back to an older one.
  const taken = fc.tuple(release, fc.constantFrom(...DATES));
  fc.assert(
    fc.property(fc.array(taken, { minLength: 1, maxLength: 4 }), (releases) => {
      let list = NOTHING;
      for (const [listed, validFrom] of releases) {
        list = take(list, listed, validFrom);
        for (const above of BANDS) {
          for (const instant of DATES.filter((date) => date >= validFrom)) {
            expect(priceAt(list, above, instant)).toBe(priceAt(listed, above, instant));
          }
        }
        expect(take(list, listed, validFrom)).toEqual(list);
      }
    }),
  );
});

test('so it is with names, but for those that somebody entered', () => {
  const named = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...DATES));
  const entered = fc.tuple(fc.constantFrom(...DATES), fc.boolean());
  fc.assert(
    fc.property(fc.array(named, { minLength: 1, maxLength: 4 }), entered, (releases, [at, is]) => {
      let list = byHand({
        prices: [],
        names: is ? [{ ...nameOf('mine'), validFrom: at, priceStatus: 'inferred' }] : [],
      });
      for (const [model, validFrom] of releases) {
        const listed = { prices: [], names: [nameOf(model)] };
        list = take(list, listed, validFrom);
        for (const instant of DATES.filter((date) => date >= validFrom)) {
          const holds = modelAt(list, instant);
          expect(holds).toBe(is && instant >= at ? 'mine' : model);
        }
        expect(take(list, listed, validFrom)).toEqual(list);
      }
    }),
  );
});

test('what a release says without a date changes no price of before', () => {
  fc.assert(
    fc.property(release, release, (first, second) => {
      const undated = {
        ...second,
        prices: second.prices.filter(({ validFrom }) => validFrom === SINCE_EVER),
      };
      const before = take(NOTHING, first, '2026-11-03T00:00:00Z');
      const after = take(before, undated, '2026-11-05T00:00:00Z');
      for (const above of BANDS) {
        for (const instant of [SINCE_EVER, ...DATES.slice(0, 4)]) {
          expect(priceAt(after, above, instant)).toBe(priceAt(before, above, instant));
        }
      }
    }),
  );
});

const [FIRST_DAY = '', SECOND_DAY = '', THIRD_DAY = ''] = DATES.slice(3);

function list(prices: PriceRow[], ...names: ModelName[]): PriceList {
  return { prices, names };
}

function withPrices(held: HeldPriceList, ...prices: PriceRow[]): HeldPriceList {
  return { ...held, prices: [...held.prices, ...byHand(list(prices)).prices] };
}

function summary({ added, changed, ended, unlisted, kept, names }: PriceListChanges) {
  const usd = (rows: readonly PriceRow[]) => rows.map(({ priceUsd }) => priceUsd);
  return {
    added: usd(added),
    changed: usd(changed.map(({ row: to }) => to)),
    ended: ended.length,
    unlisted: usd(unlisted),
    kept: kept.map(({ row: listed, before }) => [before.priceUsd, listed.priceUsd]),
    names: Object.values(names).flat().length,
  };
}

const NONE = { added: [], changed: [], ended: 0, unlisted: [], kept: [], names: 0 };

test('what was entered by hand stays whatever a release says, and what a release says anew is told of', () => {
  const taken = take(NOTHING, list([row(0, SINCE_EVER, '1')]), FIRST_DAY);
  const mended = withPrices(taken, row(0, SECOND_DAY, '9'));
  const compared = (usd: string) =>
    summary(comparePriceLists(mended, list([row(0, SINCE_EVER, usd)]), THIRD_DAY));
  expect(compared('1')).toEqual(NONE);
  expect(compared('9')).toEqual(NONE);
  expect(compared('2')).toEqual({ ...NONE, kept: [['9', '2']] });
});

test('a price entered from a date on leaves the days before it to the releases', () => {
  const taken = take(NOTHING, list([row(0, SINCE_EVER, '1')]), FIRST_DAY);
  const mended = withPrices(taken, row(0, THIRD_DAY, '9'));
  const after = take(mended, list([row(0, SINCE_EVER, '2')]), SECOND_DAY);
  const at = [FIRST_DAY, SECOND_DAY, THIRD_DAY].map((instant) => priceAt(after, 0, instant));
  expect(at).toEqual([1, 2, 9]);
});

test('a band that was entered by hand is not ended with those of the release', () => {
  const banded = list([row(0, SINCE_EVER, '1'), row(200_000, SINCE_EVER, '2')]);
  const mended = withPrices(take(NOTHING, banded, FIRST_DAY), row(200_000, SECOND_DAY, '9'));
  const without = list([row(0, SINCE_EVER, '1')]);
  expect(summary(comparePriceLists(mended, without, THIRD_DAY))).toEqual({
    ...NONE,
    kept: [['9', null]],
  });
});

test('a contract stays, is told of where the public price below it changes, and that changes', () => {
  const taken = take(NOTHING, list([row(0, SINCE_EVER, '2')]), FIRST_DAY);
  const contracted = withPrices(taken, { ...row(0, FIRST_DAY, '1'), kind: 'contracted' });
  const compared = (usd: string) =>
    summary(comparePriceLists(contracted, list([row(0, SINCE_EVER, usd)]), SECOND_DAY));
  expect(compared('2')).toEqual(NONE);
  expect(compared('3')).toEqual({ ...NONE, changed: ['3'], kept: [['1', '3']] });
});

test('a contract is told of where a part of what it is for has a price of its own from now on', () => {
  const contract = (model: string, unit: PriceUnit) => ({
    ...{ ...row(0, FIRST_DAY, '1'), model, unit, kind: 'contracted' as const },
  });
  const base = list([row(0, SINCE_EVER, '2')]);
  const held = withPrices(
    take(NOTHING, base, FIRST_DAY),
    ...[contract('m', 'input'), contract('mine', 'input'), contract('mine', 'output')],
  );
  const cached = { ...row(0, SINCE_EVER, '0.2'), unit: 'cache_read' as const };
  const family = { ...nameOf('m'), name: 'mine', match: 'family' as const };
  const { kept } = comparePriceLists(held, list([...base.prices, cached], family), SECOND_DAY);
  const listed = { model: 'm', unit: 'cache_read', priceUsd: '0.2', validFrom: SECOND_DAY };
  expect(kept).toMatchObject([
    { before: { model: 'm', unit: 'input' }, row: listed },
    { before: { model: 'mine', unit: 'input' }, row: listed },
  ]);
  const after = take(held, list([...base.prices, cached], family), SECOND_DAY);
  expect(comparePriceLists(after, list([...base.prices, cached], family), THIRD_DAY).kept).toEqual(
    [],
  );
});

describe('a name that a release withdraws', () => {
  const held = take(NOTHING, list([row(0, SINCE_EVER, '1')], nameOf('m')), FIRST_DAY);

  test('stays, because nobody says what it is now', () => {
    const { names } = comparePriceLists(held, list([row(0, SINCE_EVER, '1')]), SECOND_DAY);
    expect(names).toMatchObject({
      added: [],
      changed: [],
      unlisted: [{ name: 'called' }],
      kept: [],
    });
  });

  test('because the model has prices of its own now, leads to these from then on', () => {
    const own = list([
      row(0, SINCE_EVER, '1'),
      { ...row(0, SINCE_EVER, '5'), model: 'called', source: 'the release' },
    ]);
    const after = take(held, own, SECOND_DAY);
    expect(modelAt(after, FIRST_DAY)).toBe('m');
    expect(modelAt(after, SECOND_DAY)).toBe('called');
    expect(take(after, own, THIRD_DAY)).toEqual(after);
    // And back: the next one lists it as a name again.
    expect(modelAt(take(after, list([...own.prices], nameOf('m')), THIRD_DAY), THIRD_DAY)).toBe(
      'm',
    );
  });

  test('stays where somebody entered it', () => {
    const entered = byHand(list([], nameOf('mine')));
    const { names } = comparePriceLists(entered, list([row(0, SINCE_EVER, '1')]), SECOND_DAY);
    expect(names).toEqual({ added: [], changed: [], unlisted: [], kept: [] });
  });
});

test('a name of what had prices of its own leads elsewhere from then on, and any other since ever', () => {
  const own = list([row(0, SINCE_EVER, '1'), { ...row(0, SINCE_EVER, '5'), model: 'called' }]);
  const held = take(NOTHING, own, FIRST_DAY);
  const next = list([row(0, SINCE_EVER, '1')], nameOf('m'), { ...nameOf('m'), name: 'unknown' });
  expect(comparePriceLists(held, next, SECOND_DAY).names.added).toMatchObject([
    { name: 'called', validFrom: SECOND_DAY },
    { name: 'unknown', validFrom: SINCE_EVER },
  ]);
  const after = take(held, next, SECOND_DAY);
  expect(take(after, next, THIRD_DAY)).toEqual(after);
});

test('a name that was entered by hand stays, and is told of where a release leads elsewhere anew', () => {
  const taken = take(NOTHING, list([], nameOf('m')), FIRST_DAY);
  const mine = { ...nameOf('mine'), validFrom: SECOND_DAY, release: null };
  const held = { ...taken, names: [...taken.names, mine] };
  const compared = (model: string) =>
    comparePriceLists(held, list([], nameOf(model)), THIRD_DAY).names;
  expect(compared('m').kept).toEqual([]);
  expect(compared('n')).toMatchObject({
    ...{ added: [], changed: [] },
    kept: [{ name: { model: 'n' }, before: { model: 'mine' } }],
  });
});

describe('a price of a region that a release has and those before it had not', () => {
  const since = '2026-11-02T00:00:00Z';
  const regional = { ...row(0, since, '5.5'), region: '*' };
  const next = list([row(0, SINCE_EVER, '5'), regional]);
  const begins = (held: HeldPriceList) => {
    const after = take(held, next, SECOND_DAY);
    expect(take(after, next, THIRD_DAY)).toEqual(after);
    return after.prices.filter(({ region }) => region === '*').map(({ validFrom }) => validFrom);
  };

  test('begins when the release says, where the price that it follows from was the same then', () => {
    expect(begins(take(NOTHING, list([row(0, SINCE_EVER, '5')]), FIRST_DAY))).toEqual([since]);
  });

  test('says nothing of the time before it where that price was another one', () => {
    const cheaper = take(NOTHING, list([row(0, SINCE_EVER, '4')]), FIRST_DAY);
    expect(begins(cheaper)).toEqual([SECOND_DAY]);
    // Nor of that in which it was, where it has been the same since.
    const risen = list([row(0, SINCE_EVER, '4'), row(0, FIRST_DAY, '5')]);
    expect(begins(take(NOTHING, risen, FIRST_DAY))).toEqual([FIRST_DAY]);
  });

  test('is not added where somebody keeps the price that it follows from at another amount', () => {
    expect(begins(withPrices(NOTHING, row(0, SINCE_EVER, '8')))).toEqual([]);
    const same = take(NOTHING, list([row(0, SINCE_EVER, '5')]), FIRST_DAY);
    expect(begins(withPrices(same, row(0, FIRST_DAY, '8')))).toEqual([]);
    expect(begins(withPrices(same, row(0, THIRD_DAY, '8')))).toEqual([]);
    expect(begins(withPrices(same, row(0, FIRST_DAY, '5.0')))).toEqual([since]);
    const { kept } = comparePriceLists(withPrices(same, row(0, FIRST_DAY, '8')), next, SECOND_DAY);
    expect(kept).toMatchObject([{ before: { priceUsd: '8' }, row: { region: '*' } }]);
    // Held already, it goes on to be what the releases say.
    const held = withPrices(take(same, next, SECOND_DAY), row(0, THIRD_DAY, '8'));
    const dearer = list([row(0, SINCE_EVER, '6'), { ...regional, priceUsd: '6.6' }]);
    expect(rowsToAdd(comparePriceLists(held, dearer, THIRD_DAY)).prices).toMatchObject([
      { region: '*', priceUsd: '6.6' },
    ]);
  });

  test('says nothing of a time in which another size of input had the price that it follows from', () => {
    const sizes = (size: number) => [row(0, SINCE_EVER, '5'), row(size, SINCE_EVER, '10')];
    const everywhere = sizes(272_000).map((base) => ({
      ...{ ...base, region: '*', validFrom: since },
      priceUsd: String(Number(base.priceUsd) * 1.1),
    }));
    const after = take(
      take(NOTHING, list(sizes(271_999)), FIRST_DAY),
      list([...sizes(272_000), ...everywhere]),
      SECOND_DAY,
    );
    const every = after.prices.filter(({ region }) => region === '*');
    expect(every.map(({ validFrom }) => validFrom)).toEqual([SECOND_DAY, SECOND_DAY]);
    const cost = (day: string, input_tokens: number, region: string) => {
      const call = { provider: 'acme', model: 'm', at: new Date(day), region };
      const priced = priceCall(new PriceBook(after), { ...call, usage: { input_tokens } });
      return priced.priceStatus === 'unpriced' ? null : Number(priced.cost) / 1e12;
    };
    for (const tokens of [271_999, 272_000, 272_001]) {
      expect(cost(FIRST_DAY, tokens, 'eu')).toBe(cost(FIRST_DAY, tokens, ''));
      expect(cost(SECOND_DAY, tokens, 'eu')).toBeCloseTo(
        1.1 * Number(cost(SECOND_DAY, tokens, '')),
      );
    }
  });

  test('says nothing of a tier in which one unit had another price', () => {
    const output = { ...row(0, SINCE_EVER, '20'), unit: 'output' as const };
    const everywhere = { ...output, region: '*', validFrom: since, priceUsd: '22' };
    const held = take(
      NOTHING,
      list([row(0, SINCE_EVER, '5'), { ...output, priceUsd: '5' }]),
      FIRST_DAY,
    );
    const said = list([row(0, SINCE_EVER, '5'), regional, output, everywhere]);
    const every = take(held, said, SECOND_DAY).prices.filter(({ region }) => region === '*');
    expect(every.map(({ validFrom }) => validFrom)).toEqual([SECOND_DAY, SECOND_DAY]);
  });

  /** With a tenth more in every region, as a list is made. */
  const withRegions = (...prices: PriceRow[]) => {
    const tenthMore = (usd: string | null) => usd && String((Number(usd) * 11) / 10);
    const every = prices.map((base) => ({
      ...{ ...base, region: '*', priceUsd: tenthMore(base.priceUsd) },
      validFrom: base.validFrom === SINCE_EVER ? since : base.validFrom,
    }));
    return list([...prices, ...every]);
  };
  const out = (validFrom: string, usd: string) => ({
    ...{ ...row(0, validFrom, usd), unit: 'output' as const },
  });
  const costsIn = (held: PriceList, day: string, input_tokens: number, output_tokens: number) =>
    ['', 'eu'].map((region) => {
      const usage = { input_tokens, output_tokens };
      const call = { provider: 'acme', model: 'm', at: new Date(day), region, usage };
      const priced = priceCall(new PriceBook(held), call);
      return priced.priceStatus === 'unpriced' ? null : Number(priced.cost) / 1e12;
    });

  test('changes on the day that the release says, whatever else it changes without one', () => {
    const first = take(
      NOTHING,
      withRegions(row(0, SINCE_EVER, '30'), out(SINCE_EVER, '10')),
      since,
    );
    const dated = [out(SINCE_EVER, '10'), out(SECOND_DAY, '20')];
    const million = [0, 1_000_000] as const;
    for (const input of ['30', '40']) {
      const next = withRegions(row(0, SINCE_EVER, input), ...dated);
      const after = take(first, next, THIRD_DAY);
      expect(costsIn(after, FIRST_DAY, ...million)).toEqual([10, 11]);
      expect(costsIn(after, SECOND_DAY, ...million)).toEqual([20, 22]);
      expect(costsIn(after, SECOND_DAY, 1_000_000, 0)).toEqual([30, 33]);
      expect(take(after, next, THIRD_DAY)).toEqual(after);
    }
    const mine = withPrices(first, row(0, FIRST_DAY, '25'));
    const kept = take(mine, withRegions(row(0, SINCE_EVER, '30'), ...dated), THIRD_DAY);
    expect(costsIn(kept, SECOND_DAY, ...million)).toEqual([20, 22]);
  });

  test.each([250_000, 300_000])(
    'is that of another size, too, where somebody keeps a base price: above %i',
    (size) => {
      const sizes = [row(0, SINCE_EVER, '5'), row(200_000, SINCE_EVER, '10')];
      const first = take(NOTHING, withRegions(...sizes, out(SINCE_EVER, '30')), since);
      const mine = withPrices(first, out(FIRST_DAY, '28'));
      const moved = [row(0, SINCE_EVER, '5'), row(size, SINCE_EVER, '20')];
      const added = [...sizes, row(size, SINCE_EVER, '20')];
      for (const [prices, tokens] of [moved, added].flatMap((of) =>
        [100_000, 220_000, 400_000].map((tokens) => [of, tokens] as const),
      )) {
        const after = take(mine, withRegions(...prices, out(SINCE_EVER, '30')), SECOND_DAY);
        const [here = null, there] = costsIn(after, THIRD_DAY, tokens, 0);
        expect(here).not.toBeNull();
        expect(there).toBeCloseTo(1.1 * Number(here));
      }
    },
  );
});

describe('what a release says for the first time of a name that had a price without it', () => {
  const DATED = 'm-2026-01-01';
  const cheap = row(0, SINCE_EVER, '1');
  const own = (model: string, more: Partial<PriceRow> = {}) => ({
    ...{ ...row(0, SINCE_EVER, '5'), model },
    ...more,
  });
  const call = { provider: 'acme', model: DATED, usage: { input_tokens: 1_000_000 } };
  const costs = (list: PriceList, more: object = {}) =>
    [FIRST_DAY, SECOND_DAY, THIRD_DAY].map((day) => {
      const priced = priceCall(new PriceBook(list), { ...call, at: new Date(day), ...more });
      return priced.priceStatus === 'unpriced' ? null : Number(priced.cost) / 1e12;
    });
  const held = take(NOTHING, list([cheap]), FIRST_DAY);

  test('begins with the release where a shorter name was priced: a model', () => {
    const next = list([cheap, own(DATED)]);
    const after = take(held, next, SECOND_DAY);
    expect(costs(held)).toEqual([1, 1, 1]);
    expect(costs(after)).toEqual([1, 5, 5]);
    expect(take(after, next, THIRD_DAY)).toEqual(after);
    // A date of the price's own is none of the name.
    const dated = list([cheap, own(DATED), own(DATED, { validFrom: FIRST_DAY, priceUsd: '6' })]);
    expect(costs(take(after, dated, THIRD_DAY))).toEqual([1, 6, 6]);
    // Somebody says so: it reaches further back.
    expect(costs(take(after, next, FIRST_DAY))).toEqual([5, 5, 5]);
  });

  test('begins with the release where a shorter name was priced: a name', () => {
    const other = { ...nameOf('other'), name: DATED };
    const next = list([cheap, own('other')], other);
    const after = take(held, next, SECOND_DAY);
    expect(costs(after)).toEqual([1, 5, 5]);
    expect(take(after, next, THIRD_DAY)).toEqual(after);
  });

  test('begins with the release where somebody had given the shorter name', () => {
    const alias = byHand(list([], { ...nameOf('m'), name: 'mine', priceStatus: 'inferred' }));
    const named = { prices: held.prices, names: alias.names };
    const mine = { model: 'mine-2026-01-01' };
    expect(costs(named, mine)).toEqual([1, 1, 1]);
    const after = take(named, list([cheap, own(mine.model)]), SECOND_DAY);
    expect(costs(after, mine)).toEqual([1, 5, 5]);
  });

  test('begins with the release where a family or a contract had a price', () => {
    const shop = { provider: 'shop', model: 'm' };
    const family = { ...nameOf(''), ...{ provider: 'shop', name: '', match: 'family' as const } };
    const sold = take(NOTHING, list([cheap], family), FIRST_DAY);
    const next = list([cheap, own('m', { provider: 'shop' })], family);
    expect(costs(take(sold, next, SECOND_DAY), shop)).toEqual([1, 5, 5]);

    const contract = { ...own('mine', { priceUsd: '2' }), kind: 'contracted' as const };
    const agreed = withPrices(NOTHING, contract);
    const batch = own('mine', { serviceTier: 'batch' });
    const listed = take(agreed, list([own('mine'), batch]), SECOND_DAY);
    const begins = listed.prices.filter(({ kind }) => kind === 'list').map((r) => r.validFrom);
    expect(begins).toEqual([SECOND_DAY, SECOND_DAY]);
  });

  test('begins with the release where a family is a part of another, or has a contract in it', () => {
    const family = (name: string, model: string) => ({
      ...{ ...nameOf(model), name, match: 'family' as const, priceStatus: 'inferred' as const },
    });
    const prices = [own('a-1', { priceUsd: '1' }), own('b-1')];
    const first = take(NOTHING, list(prices, family('x', 'a')), FIRST_DAY);
    const next = list(prices, family('x', 'a'), family('x-', 'b-'), family('y-', 'b-'));
    expect(costs(take(first, next, SECOND_DAY), { model: 'x-1' })).toEqual([1, 5, 5]);
    expect(costs(take(first, next, SECOND_DAY), { model: 'y-1' })).toEqual([5, 5, 5]);

    const output = own('y-1', { kind: 'contracted', unit: 'output', priceUsd: '2' });
    const after = take(withPrices(first, output), next, SECOND_DAY);
    expect(after.names.find(({ name }) => name === 'y-')?.validFrom).toBe(SECOND_DAY);
  });

  test('begins with the release where a price of the model that it leads to does', () => {
    const discount = { ...row(0, SINCE_EVER, '0.1'), unit: 'cache_read' as const };
    const family = { ...nameOf('m'), name: 'tuned-', match: 'family' as const };
    const names = [nameOf('m'), family];
    const begins = (prices: PriceRow[]) =>
      take(held, list(prices, ...names), SECOND_DAY).names.map(({ validFrom }) => validFrom);
    expect(begins([cheap])).toEqual([SINCE_EVER, SINCE_EVER]);
    // Calls of before would be charged for cached input as for any other.
    expect(begins([cheap, discount])).toEqual([SECOND_DAY, SECOND_DAY]);
    // Taken from an earlier date, it reaches as far as that price does.
    const next = list([cheap, discount], ...names);
    const again = take(take(held, next, THIRD_DAY), next, SECOND_DAY);
    const early = again.names.filter(({ validFrom }) => validFrom !== THIRD_DAY);
    expect(early.map(({ validFrom }) => validFrom)).toEqual([SECOND_DAY, SECOND_DAY]);
  });

  test.each<[PriceUnit, object]>([
    ['cache_read', { cache_read_tokens: 1_000_000 }],
    ['cache_write_5m', { cache_write_5m_tokens: 1_000_000 }],
    ['cache_write_1h', { cache_write_1h_tokens: 1_000_000 }],
    ['image_input', { image_input_tokens: 1_000_000 }],
    ['audio_input', { audio_input_tokens: 1_000_000 }],
    ['reasoning', { reasoning_tokens: 1_000_000 }],
    ['audio_output', { audio_output_tokens: 1_000_000 }],
    ['image_output', {}],
    ['web_search', { web_searches: 1_000 }],
    ['request', {}],
  ])(
    'of the unit %s leaves calls that had a cost, and prices those that had none',
    (unit, used) => {
      const base = [cheap, { ...row(0, SINCE_EVER, '2'), unit: 'output' as const }];
      const before = take(NOTHING, list(base), FIRST_DAY);
      const after = take(before, list([...base, { ...row(0, SINCE_EVER, '7'), unit }]), SECOND_DAY);
      const usage = { input_tokens: 1_000_000, output_tokens: 1_000_000, ...used };
      const [was, is] = [before, after].map((l) => costs(l, { model: 'm', usage })[0]);
      if (was === null) expect(is).not.toBeNull();
      else expect(is).toBe(was);
    },
  );

  test('holds since ever where there was none', () => {
    const nothing = take(held, list([cheap, own('n-2026-01-01')]), SECOND_DAY);
    expect(costs(nothing, { model: 'n-2026-01-01' })).toEqual([5, 5, 5]);
  });

  test('begins with the release where the unit had the price of another', () => {
    const cached = { usage: { input_tokens: 1_000_000, cache_read_tokens: 1_000_000 } };
    const discount = row(0, SINCE_EVER, '0.1');
    const next = list([cheap, { ...discount, unit: 'cache_read' }]);
    const after = take(held, next, SECOND_DAY);
    expect(costs(held, { model: 'm', ...cached })).toEqual([1, 1, 1]);
    expect(costs(after, { model: 'm', ...cached })).toEqual([1, 0.1, 0.1]);
    expect(take(after, next, THIRD_DAY)).toEqual(after);
    // A search had none.
    const search = { ...row(0, SINCE_EVER, '10'), unit: 'web_search' as const };
    const searched = { usage: { input_tokens: 0, web_searches: 1_000 } };
    const both = take(held, list([cheap, search]), SECOND_DAY);
    expect(costs(held, { model: 'm', ...searched })).toEqual([null, null, null]);
    expect(costs(both, { model: 'm', ...searched })).toEqual([10, 10, 10]);
  });

  const all = { input_tokens: 1_000_000, cache_read_tokens: 1_000_000 };
  const CACHED = { model: 'm', usage: all };
  const discount = { ...row(0, SINCE_EVER, '0.1'), unit: 'cache_read' as const };
  const inBatch = (price: PriceRow) => ({ ...price, serviceTier: 'batch' as const });

  test('begins with the release in every tier where it takes the price of another unit from one', () => {
    const next = list([cheap, discount, inBatch(cheap), inBatch(discount)]);
    const after = take(held, next, SECOND_DAY);
    expect(costs(after, CACHED)).toEqual([1, 0.1, 0.1]);
    expect(costs(after, { ...CACHED, batch: true })).toEqual([null, 0.1, 0.1]);
    // In the tier of the release alone: the other has no price for it from then on.
    const batchOnly = take(held, list([cheap, inBatch(cheap), inBatch(discount)]), SECOND_DAY);
    expect(costs(batchOnly, CACHED)).toEqual([1, null, null]);
    const request = { ...inBatch(row(0, SINCE_EVER, '5')), unit: 'request' as const };
    const asked = take(held, list([cheap, inBatch(cheap), request]), SECOND_DAY);
    expect(costs(asked, { model: 'm' })).toEqual([1, null, null]);
  });

  test('begins where another tier or a contract had it already, and not where one had it once', () => {
    const dated = inBatch({ ...discount, validFrom: FIRST_DAY });
    const agreed = { ...discount, kind: 'contracted' as const, validFrom: FIRST_DAY };
    const then = (before: HeldPriceList) => take(before, list([cheap, discount]), THIRD_DAY);
    const early = { ...CACHED, at: new Date('2026-11-03T00:00:00Z') };
    const tier = take(held, list([cheap, inBatch(cheap), dated]), FIRST_DAY);
    const contracted = withPrices(held, inBatch(agreed));
    for (const before of [tier, contracted]) {
      expect(costs(before, CACHED)).toEqual([null, null, null]);
      expect(costs(then(before), CACHED)).toEqual([0.1, 0.1, 0.1]);
      expect(costs(then(before), early)[0]).toBe(1);
    }
    const ended = { ...inBatch(agreed), validFrom: SECOND_DAY, priceUsd: null };
    const once = withPrices(contracted, ended);
    expect(costs(once, CACHED)).toEqual([null, 1, 1]);
    expect(costs(then(once), CACHED)).toEqual([null, 1, 0.1]);
  });

  test('begins with the release in a tier where a contract on the whole had it, whichever name of the model that is on', () => {
    const batch = (model: string) => ({
      ...inBatch({ ...row(0, FIRST_DAY, '0.7'), model, kind: 'contracted' as const }),
    });
    const named = list([cheap, discount], nameOf('m'));
    const agreed = withPrices(take(NOTHING, named, FIRST_DAY), batch('m'), batch('called'));
    const next = list([...named.prices, inBatch(cheap), inBatch(discount)], nameOf('m'));
    for (const model of ['m', 'called']) {
      const call = { ...CACHED, model, batch: true };
      expect(costs(agreed, call)).toEqual([0.7, 0.7, 0.7]);
      expect(costs(take(agreed, next, SECOND_DAY), call)).toEqual([0.7, 0.1, 0.1]);
    }
  });

  test('begins, of a unit that calls had no price for, with the parts that had one: no list said their sum', () => {
    const search = { ...row(0, SINCE_EVER, '10'), unit: 'web_search' as const };
    const next = list([cheap, search, discount]);
    const after = take(held, next, SECOND_DAY);
    const searched = { ...CACHED, usage: { ...all, web_searches: 1_000 } };
    expect(costs(held, searched)).toEqual([null, null, null]);
    expect(costs(after, searched)).toEqual([null, 10.1, 10.1]);
    expect(take(after, next, THIRD_DAY)).toEqual(after);
    // A price that is held goes on with the dates of the release.
    const dearer = { ...cheap, validFrom: FIRST_DAY, priceUsd: '2' };
    const dated = take(held, list([cheap, dearer, discount]), SECOND_DAY);
    expect(costs(dated, { model: 'm' })).toEqual([2, 2, 2]);
  });
});
