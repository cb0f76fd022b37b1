/** What corrections make of a catalogue's prices. */
import { expect, test } from 'vitest';
import { type Correction, correct } from '../../../domain/pricing/corrections.ts';
import type { ListedPrice } from '../../../domain/pricing/from-catalogue.ts';
import { SINCE_EVER } from '../../../domain/pricing/price-list.ts';

const row = (aboveInputTokens: number, priceUsd: string): ListedPrice => ({
  ...{ provider: 'acme', model: 'm', unit: 'input', serviceTier: 'standard', region: '' },
  ...{ aboveInputTokens, fromMinute: 0, untilMinute: 1_440, validFrom: SINCE_EVER, priceUsd },
  source: 'a catalogue',
});

const acme = { provider: 'acme', models: ['m'], source: 'https://acme.example/prices' };
const BANDS: Correction = { ...acme, bands: { 99: 100 } };
const BATCH: Correction = { ...acme, serviceTier: 'batch', tokensTimes: '0.5' };

const sizes = (prices: readonly ListedPrice[]) =>
  prices.map((price) => [price.serviceTier, price.aboveInputTokens, price.priceUsd, price.source]);

test('a size that the catalogue has elsewhere is moved, before anything follows from it', () => {
  const catalogue = [row(0, '1'), row(99, '2')];
  const { source } = acme;
  for (const corrections of [
    [BANDS, BATCH],
    [BATCH, BANDS],
  ]) {
    expect(sizes(correct(catalogue, corrections))).toEqual([
      ['standard', 0, '1', 'a catalogue'],
      ['standard', 100, '2', source],
      ['batch', 0, '0.5', source],
      ['batch', 100, '1', source],
    ]);
  }
});

test('a catalogue that has mended it has no use for the correction, and says so', () => {
  const mended = [row(0, '1'), row(100, '2')];
  expect(() => correct(mended, [BANDS])).toThrow('moves the prices of m above 99, which has none');
  const complaints: string[] = [];
  expect(correct(mended, [BANDS], (problem) => complaints.push(problem))).toEqual(mended);
  expect(complaints).toHaveLength(1);
});

test('a tier may have no price for large calls', () => {
  const catalogue = [row(0, '1'), row(100, '2')];
  const priority: Correction = {
    ...acme,
    serviceTier: 'priority',
    tokensTimes: '2',
    exceptAbove: 100,
  };
  const made = correct(catalogue, [priority]).filter((price) => price.serviceTier === 'priority');
  expect(made.map((price) => [price.aboveInputTokens, price.priceUsd])).toEqual([[0, '2']]);
});

test('a price that follows from another since a date begins then, and goes on as the other does', () => {
  const on = (validFrom: string, usd: string) => ({ ...row(0, usd), validFrom });
  const [january, march, may] = ['01', '03', '05'].map((month) => `2026-${month}-01T00:00:00Z`);
  const catalogue = [row(0, '1'), on(`${january}`, '2'), on(`${may}`, '4')];
  const eu: Correction = { ...acme, region: 'eu', tokensTimes: '1.5', validFrom: `${march}` };
  const made = correct(catalogue, [eu]).filter(({ region }) => region === 'eu');
  expect(made.map(({ validFrom, priceUsd }) => [validFrom, priceUsd])).toEqual([
    [march, '3'],
    [may, '6'],
  ]);
});
