/** Ninety days of calls, the same on every run: features of five teams, of which some grow and some have a costly day. */
import type { Client } from 'pg';

/** The morning that judges them; the newest call is two minutes older. */
export const MORNING = new Date('2026-11-23T08:00:00Z');
export const HISTORY_DAYS = 90;
export const TEAMS = 5;

const MS_PER_DAY = 86_400_000;
const FRESH_MS = 2 * 60_000;
const FULL_SIZE = 30_000_000;
const USERS = 200_000;
const WEEKLY_USD = 50;
/** Of a hundred features, this one has another version of its prompts since four days, and that one cost five times as much yesterday. */
const GROWS = 7;
const GROWS_SINCE_DAYS = 4;
const SPIKES = 57;

/** A beginning of features' names, `*` in the place of the rest. */
export function featuresOf(team: number): string {
  return `team-${team}.*`;
}

/**
 * Written by the server itself, day by day. Some features have more calls than others; each has two prompts and two models, and costs
 * some $50 a week however many calls there are.
 */
export async function fillCalls(
  owner: Client,
  { calls, features }: { calls: number; features: number },
  onDay: (day: string) => void,
): Promise<void> {
  const users = Math.max(100, Math.round((USERS * calls) / FULL_SIZE));
  const callsADay = Math.round(calls / HISTORY_DAYS);
  const meanUsd = (WEEKLY_USD * features) / (7 * callsADay);
  const midnight = Math.floor(MORNING.getTime() / MS_PER_DAY) * MS_PER_DAY;
  for (let back = HISTORY_DAYS; back >= 0; back -= 1) {
    const start = midnight - back * MS_PER_DAY;
    const end = Math.min(start + MS_PER_DAY, MORNING.getTime() - FRESH_MS);
    onDay(new Date(start).toISOString().slice(0, 10));
    await owner.query(
      `insert into tricost.llm_calls
         (ts, event_id, cost_usd, input_tokens, output_tokens, latency_ms, cache_hit, prompt_version, user_id, feature,
          prompt_id, prompt_name, provider, model, environment, status, price_status)
       select date_trunc('ms', $1::timestamptz + ($2::timestamptz - $1) * (n / $3::float8)), md5($4 || '-' || n)::uuid,
         round(($5::float8 * factor * (0.7 + 0.6 * (h % 1009) / 1009.0))::numeric, 12), factor * (h % 5000), factor * (h % 700), h % 3000,
         h % 3 = 0, version, 'u_' || (power(u, 3) * $6)::int, 'team-' || feature % ${TEAMS} || '.feature-' || feature,
         'p_' || feature || '_' || prompt || '_' || version, 'prompt-' || prompt,
         case when h % 5 < 3 then 'anthropic' else 'openai' end, case when h % 5 < 3 then 'claude-sonnet-4-5' else 'gpt-5' end,
         'production', 'ok', 'priced'
       from generate_series(0, $3::int - 1) as n,
         lateral (select abs(hashint8extended(n, $4::int)) as h) as hashed,
         lateral (select least(floor(power((h % 999983) / 999983.0, 2) * $7::int), $7::int - 1)::int as feature, h / 16 % 2 as prompt,
           (h / 1024 % 100003) / 100003.0 as u) as chosen,
         lateral (select
           case when feature % 100 = ${GROWS} and $4::int <= ${GROWS_SINCE_DAYS} then 2 else 1 end as version,
           case when feature % 100 = ${GROWS} and $4::int <= ${GROWS_SINCE_DAYS} then 3
             when feature % 100 = ${SPIKES} and $4::int = 1 then 5 else 1 end as factor) as planted`,
      [
        ...[new Date(start), new Date(end), Math.round((callsADay * (end - start)) / MS_PER_DAY)],
        ...[back, meanUsd, users, features],
      ],
    );
  }
}
