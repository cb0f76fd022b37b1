/** Reads the days that the rules look at: of features, and of prompts and users in them. */
import type { ClientBase } from 'pg';
import type { PicoUsd } from '../../domain/money.ts';
import { addDays, type LocalDate } from '../../domain/reporting-days.ts';
import type { Part } from '../../domain/spend-alert/rules/find.ts';
import { HISTORY_DAYS, type Series } from '../../domain/spend-alert/rules/series.ts';
import type { SpendWindows } from '../../domain/spend-alert/windows.ts';
import { money } from './numeric-columns.ts';
import { type PartName, type PartsAsked, partKey, readParts } from './spend-parts.ts';

export interface FeatureSeries {
  series: Series;
  parts: Part[];
}

interface Day extends PartName {
  /** 1 is the day before that of the alert. */
  days_back: number;
  calls: string;
  priced_calls: string;
  usd: string | null;
}

/** Of what the days are read. */
export interface SeriesAsked extends PartsAsked {
  /** Those that have a part that is read are added. */
  features: readonly string[];
}

const SUMS = 'sum(calls) as calls, sum(priced_calls) as priced_calls, sum(cost_usd) as usd';

/**
 * @param client in a REPEATABLE READ transaction, so that all of it is of one instant
 * @param closedHours of the day of the alert and of the same weekday a week before, two weeks before and so on, when those hours
 *   began that are over by now
 */
export async function readSeries(
  client: ClientBase,
  windows: SpendWindows,
  closedHours: readonly (readonly Date[])[],
  asked: SeriesAsked,
): Promise<Map<string, FeatureSeries>> {
  const { date } = windows;
  const first = addDays(date, -HISTORY_DAYS);
  const prompts = await readPromptDays(
    client,
    date,
    await readParts(client, 'prompt', windows, asked),
  );
  const users = await readUserDays(client, date, await readParts(client, 'user', windows, asked));
  const names = [...prompts, ...users].map(({ feature }) => feature);
  const asFeatures = [...new Set([...asked.features, ...names])];
  const { rows } = await client.query<Day>(
    `select feature, null as name, $2::date - day as days_back, ${SUMS}
     from reporting.spend_by_feature_day where day >= $1::date and day < $2::date and feature = any ($3::text[])
     group by feature, day`,
    [first, date, asFeatures],
  );
  const hours = await readHours(client, closedHours, asFeatures);
  const features = new Map<string, FeatureSeries>();
  for (const [feature, days] of Map.groupBy(rows, (row) => row.feature)) {
    const hoursUsd = closedHours.map((_, week) => hours.get(week)?.get(feature) ?? 0n);
    features.set(feature, { series: seriesOf(days, hoursUsd), parts: [] });
  }
  for (const [rule, days] of [
    ['prompt', prompts],
    ['user', users],
  ] as const) {
    for (const part of Map.groupBy(days, partKey).values()) {
      const [{ feature, name } = { feature: '', name: null }] = part;
      features.get(feature)?.parts.push({ rule, name, series: seriesOf(part, []) });
    }
  }
  return features;
}

/**
 * What features spent in hours of several weeks.
 *
 * @param closedHours this week's first, then those of a week before and so on
 * @param features absent: all
 * @returns by week, then by feature
 */
export async function readHours(
  client: ClientBase,
  closedHours: readonly (readonly Date[])[],
  features?: readonly string[],
): Promise<Map<number, Map<string, PicoUsd>>> {
  // Oldest first, so that a bucket is a week; one without hours has no bucket.
  const weeks = closedHours.flatMap(([first], week) => (first ? [{ first, week }] : [])).reverse();
  const { rows } = await client.query<{ feature: string; bucket: number; usd: string | null }>(
    `select feature, width_bucket(hour, $2::timestamptz[]) as bucket, sum(cost_usd) as usd from reporting.spend_by_feature_hour
     where hour = any ($1::timestamptz[]) and ($3::text[] is null or feature = any ($3)) group by feature, bucket`,
    [closedHours.flat(), weeks.map(({ first }) => first), features],
  );
  const sums = new Map(weeks.map(({ week }) => [week, new Map<string, PicoUsd>()]));
  for (const { feature, bucket, usd } of rows) {
    const week = weeks[bucket - 1]?.week;
    if (week !== undefined) sums.get(week)?.set(feature, money(usd) ?? 0n);
  }
  return sums;
}

async function readPromptDays(
  client: ClientBase,
  date: LocalDate,
  prompts: readonly PartName[],
): Promise<Day[]> {
  if (prompts.length === 0) return [];
  const { rows } = await client.query<Day>(
    `select feature, prompt_name as name, $2::date - day as days_back, ${SUMS}
     from reporting.spend_by_prompt_day where day >= $1::date and day < $2::date and feature = any ($3::text[])
     group by feature, prompt_name, day`,
    [addDays(date, -HISTORY_DAYS), date, prompts.map(({ feature }) => feature)],
  );
  const wanted = new Set(prompts.map(partKey));
  return rows.filter((row) => wanted.has(partKey(row)));
}

async function readUserDays(
  client: ClientBase,
  date: LocalDate,
  users: readonly PartName[],
): Promise<Day[]> {
  if (users.length === 0) return [];
  const { rows } = await client.query<Day>(
    `select days.feature, user_id as name, $2::date - day as days_back, ${SUMS}
     from unnest($3::text[], $4::text[]) as asked (feature, name)
     join reporting.spend_by_user_day as days on days.feature = asked.feature and user_id = asked.name
     where day >= $1::date and day < $2::date
       -- Said again where the view reads its calls: most of what these users do elsewhere is not even added up.
       and days.feature = any ($3::text[]) and user_id = any ($4::text[])
     group by days.feature, user_id, day`,
    [
      ...[addDays(date, -HISTORY_DAYS), date],
      ...[users.map(({ feature }) => feature), users.map(({ name }) => name)],
    ],
  );
  return rows;
}

function seriesOf(days: readonly Day[], hoursUsd: readonly PicoUsd[]): Series {
  const calls = new Array<number>(HISTORY_DAYS).fill(0);
  const pricedCalls = new Array<number>(HISTORY_DAYS).fill(0);
  const usd = new Array<PicoUsd>(HISTORY_DAYS).fill(0n);
  for (const day of days) {
    const index = HISTORY_DAYS - day.days_back;
    calls[index] = Number(day.calls);
    pricedCalls[index] = Number(day.priced_calls);
    usd[index] = money(day.usd) ?? 0n;
  }
  return { calls, pricedCalls, usd, hoursUsd };
}
