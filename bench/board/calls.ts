/** Thirteen months of calls, the same on every run: 40 features, up to 200,000 users and 520 prompts, 12 models. */
import type { Client } from 'pg';

export const BOARD_NOW = new Date('2026-11-23T12:37:11Z');
export const HISTORY_MONTHS = 12;

const MONTHS = HISTORY_MONTHS + 1;
const FULL_SIZE = 30_000_000;
const USERS = 200_000;
const PROMPTS_A_FEATURE = 13;

/**
 * Written by the server itself, month by month. A feature has three of the models, and its prompts; few features and few users
 * have most of the calls.
 */
export async function fillCalls(
  owner: Client,
  calls: number,
  onMonth: (month: string) => void,
): Promise<void> {
  const users = Math.max(100, Math.round((USERS * calls) / FULL_SIZE));
  const prompts = Math.max(2, Math.round((PROMPTS_A_FEATURE * calls) / FULL_SIZE));
  for (let month = 0; month < MONTHS; month += 1) {
    const start = new Date(Date.UTC(2025, 10 + month, 1));
    const end = new Date(Math.min(Date.UTC(2025, 11 + month, 1), BOARD_NOW.getTime()));
    onMonth(start.toISOString().slice(0, 7));
    await owner.query(
      `insert into tricost.llm_calls
         (ts, event_id, cost_usd, input_tokens, output_tokens, latency_ms, cache_hit, prompt_version, user_id, feature,
          prompt_id, provider, model, environment, status, price_status)
       select date_trunc('ms', $1::timestamptz + ($2::timestamptz - $1) * (n / $3::float8)), md5($5 || '-' || n)::uuid,
         (h % 1000003) / 1e7::numeric, h % 5000, h % 700, h % 3000, h % 3 = 0, 1 + prompt, 'u_' || (power(u, 3) * $4)::int,
         'feature.' || feature, 'p_' || feature || '_' || prompt, 'openai', 'model-' || (feature + h % 3) % 12,
         case when h % 10 = 0 then 'staging' else 'production' end, 'ok', 'priced'
       from generate_series(0, $3::int - 1) as n,
         lateral (select abs(hashint8extended(n, $5::int)) as h) as hashed,
         lateral (select (power((h % 9973) / 9973.0, 2) * 40)::int % 40 as feature, h / 16 % $6::int as prompt,
           (h / 1024 % 100003) / 100003.0 as u) as chosen`,
      [start, end, Math.round(calls / MONTHS), users, month, prompts],
    );
  }
}
