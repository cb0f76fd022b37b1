/** Taking release after release: the list says what the newest one says, and the past is left as it was. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparePriceLists, rowsToAdd } from '../../../domain/pricing/compare-price-lists.ts';
import {
  type ModelName,
  type PriceList,
  type PriceRow,
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

/** As Postgres adds them: another row of the same key and instant is its next revision. */
function take(list: PriceList, listed: PriceList, validFrom: string): PriceList {
  const { prices, names } = rowsToAdd(comparePriceLists(list, listed, validFrom));
  return {
    prices: [...list.prices, ...prices],
    names: [...list.names, ...names].sort((a, b) => a.validFrom.localeCompare(b.validFrom)),
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
      let list: PriceList = { prices: [], names: [] };
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
  const byHand = fc.tuple(fc.constantFrom(...DATES), fc.boolean());
  fc.assert(
    fc.property(fc.array(named, { minLength: 1, maxLength: 4 }), byHand, (releases, [at, is]) => {
      let list: PriceList = {
        prices: [],
        names: is ? [{ ...nameOf('mine'), validFrom: at, priceStatus: 'inferred' }] : [],
      };
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
      const before = take({ prices: [], names: [] }, first, '2026-11-03T00:00:00Z');
      const after = take(before, undated, '2026-11-05T00:00:00Z');
      for (const above of BANDS) {
        for (const instant of [SINCE_EVER, ...DATES.slice(0, 4)]) {
          expect(priceAt(after, above, instant)).toBe(priceAt(before, above, instant));
        }
      }
    }),
  );
});
