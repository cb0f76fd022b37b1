/** What is shown of what somebody entered, where the list says something else beside it: of a region, or of a part of the unit. */
import { afterEach, expect, test, vi } from 'vitest';
import { changesAsJson, printChanges } from '../../cli/prices-update-report.ts';
import { noChanges } from '../../domain/pricing/compare-price-lists.ts';
import { type PriceRow, SINCE_EVER } from '../../domain/pricing/price-list.ts';

afterEach(() => vi.restoreAllMocks());

const before: PriceRow = {
  ...{ id: 1, kind: 'list', provider: 'acme', model: 'm', unit: 'input', revision: 1 },
  ...{ serviceTier: 'standard', region: '', aboveInputTokens: 0, fromMinute: 0 },
  ...{ untilMinute: 1_440, validFrom: SINCE_EVER, priceUsd: '8', source: 'a row of ours' },
};

test('the region is said of the price that the list has there', () => {
  const row = { ...before, region: '*', priceUsd: '5.5', validFrom: '2026-03-05T00:00:00Z' };
  const changes = { ...noChanges(), kept: [{ row, before }] };
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  printChanges(changes, []);
  expect(log.mock.calls.join('\n')).toContain(
    'input: $8 per million (the list: $5.5, any region from 2026-03-05 on)',
  );
  expect(changesAsJson(changes)).toMatchObject({
    kept: [{ region: '', price_usd: '8', listed_price_usd: '5.5', listed_region: '*' }],
  });
});

test('the unit is said of a part of what somebody has a contract for', () => {
  const contract: PriceRow = { ...before, kind: 'contracted' };
  const row: PriceRow = {
    ...{ ...before, unit: 'cache_read', priceUsd: '5.5', validFrom: '2026-11-20T00:00:00Z' },
  };
  const changes = { ...noChanges(), kept: [{ row, before: contract }] };
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  printChanges(changes, []);
  expect(log.mock.calls.join('\n')).toContain('(the list: cache_read $5.5 from 2026-11-20 on)');
  expect(changesAsJson(changes)).toMatchObject({
    kept: [{ unit: 'input', listed_unit: 'cache_read', listed_price_usd: '5.5' }],
  });
});
