/** The board says of alerts what the spend alert wrote, and of models what ingest told of: open ones at their feature, all of them as history. */
import type pg from 'pg';
import { beforeAll, expect, test } from 'vitest';
import { runCard } from '../../board/card-result.ts';
import { cardOf } from '../../board/cards.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';

let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(new Date(), { monthsBack: 1, monthsAhead: 1 });
  ({ owner } = owned);
  await owner.query(
    `insert into tricost.llm_calls (ts, event_id, received_at, user_id, feature, prompt_id, provider, model, status, cost_usd, price_status)
     select now() - interval '2 days', gen_random_uuid(), now(), 'u', feature, '(none)', 'acme', 'm', 'ok', 1, 'priced'
     from unnest(array['open', 'worse', 'taken', 'put-off', 'over', 'quiet']) as feature`,
  );
  await owner.query(`insert into tricost.outbox (dedupe_key, payload) values ('message', '{}')`);
  await owner.query(
    `insert into tricost.alerts (local_date, feature, transition, rule, previous_usd, current_usd, change_ratio, weekly_excess_usd,
       snoozed_until, details, outbox_id)
     select day, feature, transition, rule, previous, current, ratio, current - previous, until, details, outbox.id
     from (values
       (1, date '2026-11-16', 'open', 'opened', 'growth', 10, 14, 0.4, null::date, '{}'::jsonb),
       (2, '2026-11-16', 'worse', 'opened', 'spike', 10, 20, 1, null, '{}'),
       (3, '2026-11-17', 'taken', 'opened', 'prompt', 10, 30, 2, null, '{"prompt": {"prompt_name": "reply"}}'),
       (4, '2026-11-17', 'put-off', 'opened', 'user', 10, 30, 2, null, '{"user": {"user_id": "u_1"}}'),
       (5, '2026-11-18', 'worse', 'escalated', 'growth', 10, 50, 4, null, '{}'),
       (6, '2026-11-18', 'taken', 'acknowledged', null, null, null, null, null, '{}'),
       (7, '2026-11-18', 'put-off', 'snoozed', null, null, null, null, '2026-12-01', '{}'),
       (8, '2026-11-18', 'over', 'opened', 'new', 0, 9, null, null, '{}'),
       (9, '2026-11-22', 'over', 'resolved', null, null, 7, null, null, '{}')
     ) as rows (nth, day, feature, transition, rule, previous, current, ratio, until, details), tricost.outbox
     order by nth`,
  );
  await owner.query(
    `insert into tricost.unpriced_models (provider, model, cause, detail, first_seen_at, resolved_at, repriced_usd)
     values ('acme', 'm-2', 'price', 'tier:scale', now() + interval '1 minute', now() + interval '2 minutes', 3.5),
       ('acme', 'm-3', 'usage', '', now() + interval '3 minutes', null, 0)`,
  );
  return owned.drop;
});

test('a feature whose alert is open says by which rule, since when, and what became of it', async () => {
  const rows = await runCard(owner, cardOf('features-7-days'), {});
  expect(Object.fromEntries(rows.map(({ feature, alert }) => [feature, alert]))).toEqual({
    open: 'growth, since 16 Nov',
    worse: 'growth, since 16 Nov, worse',
    taken: 'prompt, since 17 Nov, acknowledged',
    'put-off': 'user, since 17 Nov, snoozed until 1 Dec',
    over: null,
    quiet: null,
  });
});

test('the history has every transition, and models without a price, the newest first', async () => {
  const rows = await runCard(owner, cardOf('alert-history'), {});
  const told = rows.map((row) =>
    [row['feature'], row['transition'], row['rule'], row['detail']].map((value) => value ?? '–'),
  );
  expect(told.slice(0, 3)).toEqual([
    ['–', 'opened', 'unpriced', 'acme m-3 (counts that no price helps)'],
    ['–', 'resolved', 'unpriced', 'acme m-2 tier:scale'],
    ['–', 'opened', 'unpriced', 'acme m-2 tier:scale'],
  ]);
  expect(rows[1]?.['current_usd']).toBe('3.5');
  expect(told).toContainEqual(['taken', 'opened', 'prompt', 'prompt reply']);
  expect(told).toContainEqual(['put-off', 'opened', 'user', 'user u_1']);
  expect(told).toContainEqual(['put-off', 'snoozed', '–', 'until 2026-12-01']);
  expect(told).toHaveLength(12);
});

test('of one feature it has what happened to that one', async () => {
  const rows = await runCard(owner, cardOf('alert-history'), { feature: 'worse' });
  expect(rows.map(({ transition }) => transition).sort()).toEqual(['escalated', 'opened']);
});
