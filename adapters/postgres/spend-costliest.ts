/** Reads on what, and who, spent most of what a feature spent in the current window: of the few features that have an alert. */
import type { ClientBase } from 'pg';
import { addDays } from '../../domain/reporting-days.ts';
import type { Costliest } from '../../domain/spend-alert/feature-spend.ts';
import { type SpendWindows, WINDOW_DAYS } from '../../domain/spend-alert/windows.ts';
import { money } from './numeric-columns.ts';

interface Row {
  feature: string;
  prompt_id: string;
  prompt_name: string | null;
  prompt_version: number | null;
  prompt_usd: string | null;
  model: string;
  model_usd: string | null;
}

/**
 * @param features with calls in the current window or without
 * @param told those whose users are asked for: they are counted from the calls of the week
 * @param client in the transaction that read the spend
 * @returns by feature
 */
export async function readCostliest(
  client: ClientBase,
  windows: SpendWindows,
  features: readonly string[],
  told: readonly string[],
): Promise<Map<string, Costliest>> {
  const users = await readTopUsers(client, windows, told);
  const found = await readTopPromptsAndModels(client, windows, features);
  return new Map(
    [...found].map(([feature, costliest]) => {
      const topUser = users.get(feature);
      return [feature, { ...costliest, ...(topUser && { topUser }) }];
    }),
  );
}

async function readTopPromptsAndModels(
  client: ClientBase,
  { date }: SpendWindows,
  features: readonly string[],
): Promise<Map<string, Costliest>> {
  if (features.length === 0) return new Map();
  const { rows } = await client.query<Row>(
    `with slices as (
       select feature, prompt_name, prompt_id, model, max(prompt_version) as prompt_version, sum(calls) as calls, sum(cost_usd) as usd
       from reporting.spend_by_prompt_day where day >= $1::date and day < $2::date and feature = any ($3::text[])
       group by feature, prompt_name, prompt_id, model
     ),
     prompts as (
       select distinct on (feature) feature, prompt_name, prompt_id, max(prompt_version) as prompt_version, sum(usd) as prompt_usd
       from slices group by feature, prompt_name, prompt_id
       order by feature, sum(usd) desc nulls last, sum(calls) desc, prompt_id, prompt_name
     ),
     models as (
       select distinct on (feature) feature, model, sum(usd) as model_usd
       from slices group by feature, model
       order by feature, sum(usd) desc nulls last, sum(calls) desc, model
     )
     select * from prompts join models using (feature)`,
    [addDays(date, -WINDOW_DAYS), date, features],
  );
  return new Map(
    rows.map((row) => [
      row.feature,
      {
        topPrompt: {
          id: row.prompt_id,
          name: row.prompt_name,
          version: row.prompt_version,
          costUsd: money(row.prompt_usd),
        },
        topModel: { name: row.model, costUsd: money(row.model_usd) },
      },
    ]),
  );
}

async function readTopUsers(
  client: ClientBase,
  { currentStart, currentEnd }: SpendWindows,
  features: readonly string[],
): Promise<Map<string, NonNullable<Costliest['topUser']>>> {
  if (features.length === 0) return new Map();
  const { rows } = await client.query<{ feature: string; user_id: string; usd: string | null }>(
    `select distinct on (feature) feature, user_id, usd
     from (
       select feature, user_id, count(*) as calls, sum(cost_usd) as usd from reporting.llm_calls
       where ts >= $1::timestamptz and ts < $2::timestamptz and feature = any ($3::text[])
       group by feature, user_id
     ) as users
     order by feature, usd desc nulls last, calls desc, user_id`,
    [currentStart, currentEnd, features],
  );
  return new Map(
    rows.map(({ feature, user_id, usd }) => [feature, { id: user_id, costUsd: money(usd) }]),
  );
}
