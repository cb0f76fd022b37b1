/** Reads what growth is explained by: prompt versions on models, in the two spans that a rule compared; of many features at once. */
import type { ClientBase } from 'pg';
import type { PicoUsd } from '../../domain/money.ts';
import { addDays } from '../../domain/reporting-days.ts';
import type { Slice, SliceWindow } from '../../domain/spend-alert/growth/slice.ts';
import {
  type Days,
  type Span,
  type SpendWindows,
  WINDOW_DAYS,
} from '../../domain/spend-alert/windows.ts';
import { count, money } from './numeric-columns.ts';

type Sums<Window extends string> = Record<`${Window}_calls` | `${Window}_priced_calls`, string> &
  Record<
    | `${Window}_input_tokens`
    | `${Window}_output_tokens`
    | `${Window}_cache_read_tokens`
    | `${Window}_usd`,
    string | null
  >;

interface Row extends Sums<'previous'>, Sums<'current'> {
  feature: string;
  prompt_name: string | null;
  prompt_id: string;
  prompt_version: number | null;
  provider: string;
  model: string;
  first_seen_at: Date | null;
}

/** Whose slices, of one feature. */
export interface SliceOwner {
  feature: string;
  /** Only of the prompt of this name; null: of those without one; undefined: of all. */
  promptName?: string | null;
  userId?: string;
}

export type DaysOfOwner = Omit<SliceOwner, 'userId'> & { previous: Days; current: Days };

/**
 * Of whole days.
 *
 * @param owners of a feature each
 * @param client in the transaction that read the series
 * @returns by feature
 */
export async function readDaySlices(
  client: ClientBase,
  owners: readonly DaysOfOwner[],
): Promise<Map<string, Slice[]>> {
  if (owners.length === 0) return new Map();
  const days = owners.flatMap(({ previous, current }) => [previous, current]);
  const [earliest] = days.map(({ first }) => first).sort();
  return slices(
    client,
    `select d.feature, d.prompt_name, d.prompt_id, d.prompt_version, d.provider, d.model, d.calls, d.priced_calls,
       d.input_tokens, d.output_tokens, d.cache_read_tokens, d.cost_usd, d.day >= owner.current_first as is_current
     from unnest($1::text[], $2::boolean[], $3::text[], $4::date[], $5::date[], $6::date[], $7::date[])
       as owner (feature, of_prompt, prompt_name, previous_first, previous_end, current_first, current_end)
     join reporting.spend_by_prompt_day as d on d.feature = owner.feature
       and (d.day >= previous_first and d.day < previous_end or d.day >= current_first and d.day < current_end)
       and (not owner.of_prompt or d.prompt_name is not distinct from owner.prompt_name)
     where d.feature = any ($1::text[]) and d.day >= $8::date and d.day < $9::date`,
    [
      ...prompts(owners),
      ...[owners.map(({ previous }) => previous.first), owners.map(({ previous }) => previous.end)],
      ...[owners.map(({ current }) => current.first), owners.map(({ current }) => current.end)],
      ...[
        earliest,
        days
          .map(({ end }) => end)
          .sort()
          .at(-1),
      ],
    ],
  );
}

/**
 * Of hours, and of users, from the calls: both are few.
 *
 * @param owners of a feature each; either all are users, or none is
 * @returns by feature
 */
export async function readSpanSlices(
  client: ClientBase,
  owners: readonly SliceOwner[],
  previous: Span,
  current: Span,
): Promise<Map<string, Slice[]>> {
  const users = owners.flatMap(({ userId }) => userId ?? []);
  return slices(
    client,
    `select calls.feature, calls.prompt_name, calls.prompt_id, calls.prompt_version, calls.provider, calls.model, 1::bigint as calls,
       (calls.cost_usd is not null)::int::bigint as priced_calls, calls.input_tokens, calls.output_tokens, calls.cache_read_tokens,
       calls.cost_usd, calls.ts >= $6::timestamptz as is_current
     from unnest($1::text[], $2::boolean[], $3::text[]) with ordinality as owner (feature, of_prompt, prompt_name, n)
     join reporting.llm_calls as calls on calls.feature = owner.feature
       and (not owner.of_prompt or calls.prompt_name is not distinct from owner.prompt_name)
       and ($8::text[] is null or calls.user_id = ($8::text[])[owner.n])
     where calls.feature = any ($1::text[]) and ($8::text[] is null or calls.user_id = any ($8::text[]))
       and (ts >= $4::timestamptz and ts < $5::timestamptz or ts >= $6::timestamptz and ts < $7::timestamptz)`,
    [
      ...prompts(owners),
      ...[previous.start, previous.end, current.start, current.end],
      users.length === 0 ? null : users,
    ],
  );
}

function prompts(owners: readonly Omit<SliceOwner, 'userId'>[]): unknown[] {
  return [
    owners.map(({ feature }) => feature),
    owners.map(({ promptName }) => promptName !== undefined),
    owners.map(({ promptName }) => promptName ?? null),
  ];
}

/** What a user of a feature spent in both spans; null: no call of known cost. */
export interface UserSpend {
  userId: string;
  previousUsd: PicoUsd | null;
  currentUsd: PicoUsd | null;
}

/** Users by how much more they spent than in the week before, the largest increase first, as many as `limit`. */
export async function readWeekUsers(
  client: ClientBase,
  feature: string,
  { date }: SpendWindows,
  limit: number,
): Promise<UserSpend[]> {
  return users(
    client,
    `select user_id, cost_usd, day >= $3::date as is_current
     from reporting.spend_by_user_day where feature = $1 and day >= $2::date and day < $4::date`,
    [feature, addDays(date, -2 * WINDOW_DAYS), addDays(date, -WINDOW_DAYS), date],
    limit,
  );
}

/** The same of days and hours, from the calls. */
export async function readSpanUsers(
  client: ClientBase,
  owner: SliceOwner,
  previous: Span,
  current: Span,
  limit: number,
): Promise<UserSpend[]> {
  return users(
    client,
    `select user_id, cost_usd, ts >= $4::timestamptz as is_current from reporting.llm_calls where ${OF_OWNER_IN_SPANS}`,
    ownerInSpans(owner, previous, current),
    limit,
  );
}

/** @param source one row for some calls, with `is_current` */
async function users(
  client: ClientBase,
  source: string,
  parameters: readonly unknown[],
  limit: number,
): Promise<UserSpend[]> {
  const { rows } = await client.query<{
    userId: string;
    previousUsd: string | null;
    currentUsd: string | null;
  }>(
    `with source as (${source}),
     users as (
       select user_id, sum(cost_usd) filter (where not is_current) as previous_usd,
         sum(cost_usd) filter (where is_current) as current_usd
       from source group by user_id
     )
     select user_id as "userId", previous_usd as "previousUsd", current_usd as "currentUsd" from users
     order by coalesce(current_usd, 0) - coalesce(previous_usd, 0) desc, user_id limit $${parameters.length + 1}`,
    [...parameters, limit],
  );
  return rows.map((row) => ({
    userId: row.userId,
    previousUsd: money(row.previousUsd),
    currentUsd: money(row.currentUsd),
  }));
}

/** With ownerInSpans. */
const OF_OWNER_IN_SPANS = `feature = $1
       and (ts >= $2::timestamptz and ts < $3::timestamptz or ts >= $4::timestamptz and ts < $5::timestamptz)
       and ($6::text is null or user_id = $6) and (not $7::boolean or prompt_name is not distinct from $8::text)`;

function ownerInSpans(
  { feature, promptName, userId }: SliceOwner,
  previous: Span,
  current: Span,
): unknown[] {
  return [
    feature,
    ...[previous.start, previous.end, current.start, current.end],
    ...[userId ?? null, promptName !== undefined, promptName ?? null],
  ];
}

/** @param source one row for some calls, with `is_current` */
async function slices(
  client: ClientBase,
  source: string,
  parameters: readonly unknown[],
): Promise<Map<string, Slice[]>> {
  const sums = (['previous', 'current'] as const).flatMap((window) => {
    const filter = `filter (where is_current = ${window === 'current'})`;
    const tokens = ['input_tokens', 'output_tokens', 'cache_read_tokens'];
    return [
      ...['calls', 'priced_calls'].map(
        (name) => `coalesce(sum(${name}) ${filter}, 0) as ${window}_${name}`,
      ),
      ...tokens.map((name) => `sum(${name}) ${filter} as ${window}_${name}`),
      `sum(cost_usd) ${filter} as ${window}_usd`,
    ];
  });
  const { rows } = await client.query<Row>(
    `with source as (${source}),
     slices as (
       select feature, prompt_name, prompt_id, max(prompt_version) as prompt_version, provider, model, ${sums.join(', ')}
       from source group by feature, prompt_name, prompt_id, provider, model
     )
     select slices.*, versions.first_seen_at
     from slices
     left join reporting.prompt_versions as versions on versions.feature = slices.feature
       and versions.prompt_id = slices.prompt_id and versions.prompt_name is not distinct from slices.prompt_name
     order by feature, prompt_name, prompt_id, provider, model`,
    [...parameters],
  );
  return new Map(
    [...Map.groupBy(rows, ({ feature }) => feature)].map(([feature, own]) => [
      feature,
      own.map(sliceOf),
    ]),
  );
}

function sliceOf(row: Row): Slice {
  return {
    promptName: row.prompt_name,
    promptId: row.prompt_id,
    promptVersion: row.prompt_version,
    firstSeenAt: row.first_seen_at ?? undefined,
    provider: row.provider,
    model: row.model,
    previous: windowOf(row, 'previous'),
    current: windowOf(row, 'current'),
  };
}

function windowOf(row: Row, window: 'previous' | 'current'): SliceWindow {
  return {
    calls: Number(row[`${window}_calls`]),
    pricedCalls: Number(row[`${window}_priced_calls`]),
    inputTokens: count(row[`${window}_input_tokens`]),
    outputTokens: count(row[`${window}_output_tokens`]),
    cacheReadTokens: count(row[`${window}_cache_read_tokens`]),
    costUsd: money(row[`${window}_usd`]),
  };
}
