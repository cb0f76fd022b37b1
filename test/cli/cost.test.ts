/** The command, and the pages that quote it. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { costAsJson, costTable, idleCost, perMillionCalls } from '../../domain/cost/cost-table.ts';
import { runTricost } from './run-tricost.ts';

const read = (page: string) => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

test('tricost cost prints the table, and refuses what is not a number of calls', async () => {
  const table = await runTricost(['cost', '--calls-per-month', '10_000_000']);
  expect(table).toMatchObject({ code: 0, stdout: `${costTable(10_000_000n)}\n` });
  const half = await runTricost(['cost', '--calls-per-month', '1.5']);
  expect(half).toMatchObject({ code: 1, stdout: '' });
  expect(half.stderr).toContain('a whole number of calls');
});

test('as JSON, amounts are exact decimals', () => {
  const { costs } = JSON.parse(JSON.stringify(costAsJson(100_000n))) as {
    costs: { shape: string; usd: string }[];
  };
  expect(costs.map(({ shape }) => shape)).toEqual(['single', 'batched', 'packed', 'compressed']);
  for (const { usd } of costs) expect(usd).toMatch(/^\d+\.\d{12}$/);
});

test('the pages say what the command prints', () => {
  const reference = read('docs/reference/cost.md');
  for (const calls of [100_000n, 10_000_000n, 1_000_000_000n]) {
    expect(reference).toContain(costTable(calls));
  }
  for (const page of ['README.md', 'docs/how-to/deploy.md']) {
    for (const amount of [...Object.values(idleCost()), ...Object.values(perMillionCalls())]) {
      expect(read(page)).toContain(amount);
    }
  }
});
