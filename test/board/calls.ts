/** Two months of calls in every combination that the board tells apart, the same each time but for the days they are of. */
import type pg from 'pg';

/**
 * @param from the first of `count` numbers, each of which makes one call
 * @param now the calls are of its UTC day and of the 64 before
 */
export async function storeNumberedCalls(
  client: pg.ClientBase,
  from: number,
  count: number,
  now = new Date(),
): Promise<void> {
  await client.query(
    `insert into tricost.llm_calls (ts, event_id, feature, user_id, prompt_id, prompt_name, prompt_version, provider, model,
       environment, status, input_tokens, output_tokens, cache_read_tokens, cache_hit, latency_ms, cost_usd, price_status)
     select
       (($3::timestamptz at time zone 'UTC')::date - (i * 7919 % 65)::int)::timestamp at time zone 'UTC' + (i * 104729 % 86400) * interval '1 second',
       gen_random_uuid(),
       case when i % 41 = 0 then '(untagged)' else 'feature-' || i % 11 end,
       case when i % 37 = 0 then '(none)' else 'u' || i * i % 90 end,
       case when i % 41 = 0 then '(none)' else 'hash-' || i % 11 || '-' || v end,
       case when i % 11 = 3 or i % 41 = 0 then null when i % 11 in (8, 9) then 'shared' else 'prompt-' || i % 11 end,
       case when i % 41 <> 0 then v end,
       'acme', 'model-' || i % 4,
       (array['production', 'staging', null])[1 + i % 3],
       case when i % 29 = 0 then 'error' else 'ok' end,
       -- A failed call may tell no usage, and embeddings have no output.
       case when i % 58 <> 0 then 100 + i % 900 end, case when i % 58 <> 0 and i % 11 <> 7 then 10 + i % 70 end,
       case when i % 5 = 0 then 80 end, i % 5 = 0,
       case when i % 13 <> 0 then 40 + i * 31 % 20000 end,
       case when i % 58 <> 0 and i % 17 <> 0 then (1 + i * 7907 % 100000) / 1000000.0 end,
       case when i % 58 = 0 then 'no_usage' when i % 17 = 0 then 'unpriced' else 'priced' end
     from (select i, case when i * 7919 % 65 > 20 then 1 else 2 end as v from generate_series($1::bigint, $2::bigint) as i) as numbered`,
    [from, from + count - 1, now.toISOString()],
  );
}
