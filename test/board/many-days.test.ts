/** A card has no more rows than Metabase shows of a query, however many days are asked for, and what it shows adds up to all. */
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { foldSpend } from '../../adapters/postgres/roll-up-spend.ts';
import { runCard } from '../../board/card-result.ts';
import { CARDS } from '../../board/cards.ts';
import { pinReportingDay } from '../../local/postgres/pin-reporting-day.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';

/** Of native queries, by default: https://github.com/metabase/metabase/issues/12729 */
const ROWS_SHOWN = 2_000;
const NOW = new Date('2026-11-20T20:00:00Z');
const FEATURES = 12;

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 13, monthsAhead: 0 });
  ({ owner } = owned);
  await pinReportingDay(owner, NOW);
  // Every day has each of twelve features, prompts and users.
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, feature, user_id, prompt_id, prompt_name, prompt_version, provider, model, status,
       input_tokens, output_tokens, latency_ms, cost_usd, price_status)
     select '2026-11-20T12:00:00Z'::timestamptz - day * interval '1 day', gen_random_uuid(), 'feature-' || n, 'u' || n, 'p' || n,
       'prompt-' || n, 1, 'acme', 'model', 'ok', 100, 10, 500, n / 1000.0, 'priced'
     from generate_series(0, 395) as day, generate_series(1, $1::int) as n`,
    [FEATURES],
  );
  await foldSpend(owner, { days: 500, wait: true });
  return owned.drop;
});

test.each(CARDS)('$slug', async (card) => {
  const rows = await runCard(owner, card, { window: { days: 395 } });
  expect(rows.length).toBeLessThanOrEqual(ROWS_SHOWN);
  const { display } = card;
  if (!('breakout' in display) || display.breakout === undefined) return;
  const { breakout } = display;
  // Four, and all others: 396 days of six would be too many.
  expect(new Set(rows.map((row) => row[breakout])).size).toBe(5);
  const sum = rows.reduce((total, row) => total + Number(row['cost_usd']), 0);
  expect(sum).toBeCloseTo((396 * FEATURES * (FEATURES + 1)) / 2 / 1_000, 6);
});
