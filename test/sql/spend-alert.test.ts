/** The alert's one statement on a real Postgres: edges of windows, days that are not 24 hours long, what is unknown. */
import fc from 'fast-check';
import type pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { readSpend } from '../../adapters/postgres/spend-alert.ts';
import { readCostliest } from '../../adapters/postgres/spend-costliest.ts';
import { formatPicoUsd, parsePicoUsd } from '../../domain/money.ts';
import type { FeatureSpend, SpendSnapshot } from '../../domain/spend-alert/feature-spend.ts';
import { type SpendWindows, spendWindows } from '../../domain/spend-alert/windows.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import { type StoredCall, storeCalls } from './stored-calls.ts';

const AS_OF = new Date('2026-11-23T08:00:00Z');
const WINDOWS = spendWindows('2026-11-23', 'UTC');

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(AS_OF, { monthsBack: 12, monthsAhead: 3 });
  ({ owner } = owned);
  return owned.drop;
});

beforeEach(async () => {
  await owner.query('truncate tricost.llm_calls');
});

/** Read with the rights of the function. */
async function read(windows: SpendWindows, asOf = AS_OF): Promise<SpendSnapshot> {
  await setReportingZone(owner, windows.zone);
  await owner.query('set role tricost_ingest');
  try {
    return await readSpend(owner, windows, asOf);
  } finally {
    await owner.query('reset role');
  }
}

async function readCostliestOf(features: string[], told: string[]) {
  await owner.query('set role tricost_ingest');
  try {
    return await readCostliest(owner, WINDOWS, features, told);
  } finally {
    await owner.query('reset role');
  }
}

async function readFeature(windows: SpendWindows, feature: string): Promise<FeatureSpend> {
  const { features } = await read(windows);
  const found = features.find((spend) => spend.feature === feature);
  if (found === undefined) throw new Error(`no row for ${feature}`);
  return found;
}

function usd(amount: bigint | null): string | null {
  return amount === null ? null : formatPicoUsd(amount);
}

describe('half-open windows', () => {
  const before = (instant: Date) => new Date(instant.getTime() - 1);

  test.each([
    ['UTC', '2026-11-23', 168, 168],
    ['Asia/Kathmandu', '2026-11-23', 168, 168],
    ['America/St_Johns', '2026-11-23', 168, 168],
    // Clocks change within the windows.
    ['Europe/Rome', '2026-10-26', 169, 168],
    ['Europe/Rome', '2026-11-02', 168, 169],
    ['America/New_York', '2026-03-15', 167, 168],
    ['Australia/Lord_Howe', '2026-04-06', 168.5, 168],
    ['Australia/Lord_Howe', '2026-10-05', 167.5, 168],
    // On the first day of a window, midnight is skipped, or comes twice.
    ['America/Havana', '2026-03-15', 167, 168],
    ['America/Havana', '2026-11-08', 169, 168],
    ['Africa/Cairo', '2026-05-01', 167, 168],
  ])('%s %s', async (zone, date, currentHours, previousHours) => {
    const windows = spendWindows(date, zone);
    const { previousStart, currentStart, currentEnd } = windows;
    await storeCalls(owner, [
      { ts: before(previousStart), usd: '1' },
      { ts: previousStart, usd: '2' },
      { ts: before(currentStart), usd: '4' },
      { ts: currentStart, usd: '8' },
      { ts: before(currentEnd), usd: '16' },
      { ts: currentEnd, usd: '32' },
    ]);
    const { previous, current } = await readFeature(windows, 'f');
    expect([usd(previous.costUsd), previous.calls]).toEqual(['6.000000000000', 2]);
    expect([usd(current.costUsd), current.calls]).toEqual(['24.000000000000', 2]);
    const hours = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 3_600_000;
    expect(hours(currentStart, currentEnd)).toBe(currentHours);
    expect(hours(previousStart, currentStart)).toBe(previousHours);
  });

  test('the month so far ends with the current window, and is empty on the first', async () => {
    await storeCalls(owner, [
      { ts: '2026-10-31T23:59:59.999Z', usd: '1' },
      { ts: '2026-11-01T00:00:00Z', usd: '2' },
      { ts: '2026-11-22T23:59:59.999Z', usd: '4' },
      { ts: '2026-11-23T00:00:00Z', usd: '8' },
    ]);
    const late = await readFeature(spendWindows('2026-11-23', 'UTC'), 'f');
    expect(usd(late.monthToDateUsd)).toBe('6.000000000000');
    const first = await readFeature(spendWindows('2026-11-01', 'UTC'), 'f');
    expect(first.monthToDateUsd).toBeNull();
  });
});

describe('which features there are', () => {
  test('new, vanished and gone by', async () => {
    await storeCalls(owner, [
      { feature: 'new', ts: '2026-11-20T00:00:00Z' },
      { feature: 'vanished', ts: '2026-11-10T00:00:00Z' },
      { feature: 'this month', ts: '2026-11-02T00:00:00Z' },
      { feature: 'long ago', ts: '2026-08-01T00:00:00Z' },
    ]);
    const { features } = await read(WINDOWS);
    expect(
      features.map(({ feature, previous, current }) => [feature, previous.calls, current.calls]),
    ).toEqual([
      ['new', 0, 1],
      ['this month', 0, 0],
      ['vanished', 1, 0],
    ]);
    const costliest = await readCostliestOf(['new', 'this month', 'vanished'], []);
    expect([...costliest].map(([feature, { topModel }]) => [feature, topModel?.name])).toEqual([
      ['new', 'claude-sonnet-5'],
    ]);
  });

  test('an empty table has neither features nor dates', async () => {
    expect(await read(WINDOWS)).toEqual({
      features: [],
      firstCallAt: undefined,
      lastCallAt: undefined,
    });
  });

  test('the oldest call counts from ever, the newest up to the moment of the run', async () => {
    await storeCalls(owner, [
      { ts: '2026-06-01T00:00:00Z' },
      { ts: '2026-11-23T07:58:00Z' },
      { ts: '2026-11-23T08:30:00Z' },
    ]);
    expect(await read(WINDOWS)).toMatchObject({
      features: [],
      firstCallAt: new Date('2026-06-01T00:00:00Z'),
      lastCallAt: new Date('2026-11-23T07:58:00Z'),
    });
  });
});

describe('unknown is not zero', () => {
  test('unpriced calls are counted and not summed; calls without usage are neither', async () => {
    const ts = '2026-11-20T00:00:00Z';
    await storeCalls(owner, [
      { ts, usd: '2.5' },
      { ts, usd: null, input_tokens: 7, output_tokens: 3 },
      { ts, usd: null, status: 'error', input_tokens: null, output_tokens: null },
      { ts: '2026-11-10T00:00:00Z', usd: null, input_tokens: null, output_tokens: null },
      { ts: '2026-11-10T00:00:00Z', usd: '0', feature: 'free' },
    ]);
    const { current, previous } = await readFeature(WINDOWS, 'f');
    expect(current).toEqual({
      calls: 3,
      pricedCalls: 1,
      unpricedCalls: 1,
      inputTokens: 107,
      outputTokens: 13,
      costUsd: parsePicoUsd('2.5'),
      lastDayUsd: null,
    });
    expect(previous).toMatchObject({ calls: 1, unpricedCalls: 1, inputTokens: null });
    expect(previous.costUsd).toBeNull();
    expect((await readFeature(WINDOWS, 'free')).previous.costUsd).toBe(0n);
  });

  test('the costliest user comes first, over all prompts and models, of the current window alone', async () => {
    const ts = '2026-11-20T00:00:00Z';
    await storeCalls(owner, [
      { ts, user_id: 'a', usd: '3' },
      { ts, user_id: 'b', usd: '2', model: 'm1', prompt_id: 'p1' },
      { ts, user_id: 'b', usd: '2', model: 'm2', prompt_id: 'p2' },
      { ts, user_id: 'c', usd: null },
      // Dear, but the week before, or after the window's end.
      { ts: '2026-11-15T23:59:59.999Z', user_id: 'd', usd: '99' },
      { ts: '2026-11-23T00:00:00Z', user_id: 'e', usd: '99' },
      { ts, user_id: 'f', feature: 'unpriced', usd: null },
      { ts: '2026-11-10T00:00:00Z', user_id: 'g', feature: 'vanished' },
    ]);
    const features = ['f', 'unpriced', 'vanished'];
    const costliest = await readCostliestOf(features, features);
    expect([...costliest].map(([feature, { topUser }]) => [feature, topUser])).toEqual([
      ['f', { id: 'b', costUsd: parsePicoUsd('4') }],
      ['unpriced', { id: 'f', costUsd: null }],
    ]);
    // No calls are read for what is not told of.
    const told = await readCostliestOf(features, ['unpriced']);
    expect(told.get('f')).not.toHaveProperty('topUser');
    expect(told.get('unpriced')).toHaveProperty('topUser');
    expect((await readCostliestOf([], [])).size).toBe(0);
  });

  test('the costliest prompt and model come first; the unpriced last', async () => {
    const ts = '2026-11-20T00:00:00Z';
    await storeCalls(owner, [
      { ts, prompt_id: 'a', prompt_name: 'reply', prompt_version: 2, usd: '3', model: 'm1' },
      { ts, prompt_id: 'b', usd: '2', model: 'm2' },
      { ts, prompt_id: 'b', usd: '2', model: 'm1' },
      { ts, prompt_id: 'c', usd: null, model: 'm3' },
      // Dear, but the week before.
      { ts: '2026-11-10T00:00:00Z', prompt_id: 'd', usd: '99', model: 'm4' },
    ]);
    expect((await readCostliestOf(['f'], [])).get('f')).toEqual({
      topPrompt: { id: 'b', name: null, version: null, costUsd: parsePicoUsd('4') },
      topModel: { name: 'm1', costUsd: parsePicoUsd('5') },
    });
  });
});

test('agrees with sums made by hand, for any calls', async () => {
  const windows = spendWindows('2026-11-23', 'Asia/Kathmandu');
  const call = fc.record({
    ts: fc.date({
      min: new Date('2026-10-30T00:00:00Z'),
      max: new Date('2026-11-24T00:00:00Z'),
      noInvalidDate: true,
    }),
    feature: fc.constantFrom('a', 'b', 'ü 🔥', "x'; --"),
    usd: fc.option(
      fc.bigInt({ min: 0n, max: 10n ** 19n }).map((pico) => formatPicoUsd(pico)),
      { freq: 4 },
    ),
    input_tokens: fc.option(fc.nat(2_000_000_000)),
    prompt_id: fc.constantFrom('p1', 'p2'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 60 }), async (calls) => {
      await owner.query('truncate tricost.llm_calls');
      await storeCalls(owner, calls);
      const { features } = await read(windows);
      for (const feature of new Set(calls.map((each) => each.feature))) {
        const own = calls.filter((each) => each.feature === feature);
        const expected = {
          previous: windowOf(own, windows.previousStart, windows.currentStart),
          current: windowOf(own, windows.currentStart, windows.currentEnd),
          monthToDateUsd: sumOf(own, windows.monthStart, windows.currentEnd).costUsd,
        };
        const counted = expected.previous.calls + expected.current.calls;
        const found = features.find((spend) => spend.feature === feature);
        if (counted > 0) expect(found).toMatchObject(expected);
      }
    }),
    { numRuns: 25 },
  );
});

/** A day of Kathmandu is always 24 hours long. */
function windowOf(calls: StoredCall[], from: Date, to: Date) {
  const lastDay = sumOf(calls, new Date(to.getTime() - 86_400_000), to);
  return { ...sumOf(calls, from, to), lastDayUsd: lastDay.costUsd };
}

function sumOf(calls: StoredCall[], from: Date, to: Date) {
  const within = calls.filter(({ ts }) => new Date(ts) >= from && new Date(ts) < to);
  const priced = within.flatMap(({ usd: amount }) =>
    amount == null ? [] : [parsePicoUsd(amount)],
  );
  const known = within.flatMap(({ input_tokens: count }) => (count == null ? [] : [count]));
  return {
    calls: within.length,
    pricedCalls: priced.length,
    unpricedCalls: within.length - priced.length,
    inputTokens: known.length === 0 ? null : known.reduce((sum, count) => sum + count, 0),
    costUsd: priced.length === 0 ? null : priced.reduce((sum, amount) => sum + amount, 0n),
  };
}
