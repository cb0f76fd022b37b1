/** What is shown of a base price that somebody entered and that keeps prices of a region out. */
import { afterEach, expect, test, vi } from 'vitest';
import { changesAsJson, printChanges } from '../../cli/prices-update-report.ts';
import { noChanges } from '../../domain/pricing/compare-price-lists.ts';
import { type PriceRow, SINCE_EVER } from '../../domain/pricing/price-list.ts';

afterEach(() => vi.restoreAllMocks());

test('the region is said of the price that the list has there', () => {
  const before: PriceRow = {
    ...{ id: 1, kind: 'list', provider: 'acme', model: 'm', unit: 'input', revision: 1 },
    ...{ serviceTier: 'standard', region: '', aboveInputTokens: 0, fromMinute: 0 },
    ...{ untilMinute: 1_440, validFrom: SINCE_EVER, priceUsd: '8', source: 'a row of ours' },
  };
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
