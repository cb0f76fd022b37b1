/** Reads the days that the rules look at: of every feature, and of the prompts and users that may have run away. */
import type { ClientBase } from 'pg';
import { formatPicoUsd, type PicoUsd, parsePicoUsd } from '../../domain/money.ts';
import { addDays, startOfLocalDay } from '../../domain/reporting-days.ts';
import type { Part } from '../../domain/spend-alert/rules/find.ts';
import { HISTORY_DAYS, type Series } from '../../domain/spend-alert/rules/series.ts';
import { type SpendWindows, WINDOW_DAYS } from '../../domain/spend-alert/windows.ts';

export interface FeatureSeries {
  series: Series;
  parts: Part[];
}

interface Day {
  feature: string;
  /** Of a prompt or a user. */
  name: string | null;
  /** 1 is the day before that of the alert. */
  days_back: number;
  calls: string;
  priced_calls: string;
  usd: string | null;
}

/** Of what the days are read. */
export interface SeriesAsked {
  /** With those that have a part that is read. */
  features: readonly string[];
  /** What a prompt or a user must have cost on the day before the alert's. */
  minimumUsd: PicoUsd;
  /** The same of features that have a minimum of their own. */
  ownMinimumUsd: ReadonlyMap<string, PicoUsd>;
  /** Whether the rules may find something in one, by what it cost on that day and on the same day a week before. */
  mayMatter(feature: string, currentUsd: PicoUsd, lastWeekUsd: PicoUsd): boolean;
}

/** Prompts and users of a day, the costliest first: the others are small beside them. */
const MOST_PARTS = 200;

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
  const prompts = await readPrompts(client, windows, asked);
  const users = await readUsers(client, windows, asked);
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
    for (const part of Map.groupBy(days, keyOf).values()) {
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
    if (week !== undefined) sums.get(week)?.set(feature, picoUsd(usd));
  }
  return sums;
}

async function readPrompts(
  client: ClientBase,
  { date }: SpendWindows,
  asked: SeriesAsked,
): Promise<Day[]> {
  const { rows: costly } = await client.query<PartDay & { week_before_usd: string | null }>(
    costliest(`select feature, prompt_name as name, sum(cost_usd) filter (where day = $4::date) as usd,
       sum(cost_usd) filter (where day = $5::date) as week_before_usd
     from reporting.spend_by_prompt_day where day in ($4::date, $5::date)
     group by feature, prompt_name having sum(cost_usd) filter (where day = $4::date) > ${LEAST}`),
    [...minimums(asked), addDays(date, -1), addDays(date, -1 - WINDOW_DAYS)],
  );
  const matter = costly.filter(({ feature, usd, week_before_usd }) =>
    asked.mayMatter(feature, picoUsd(usd), picoUsd(week_before_usd)),
  );
  if (matter.length === 0) return [];
  const { rows } = await client.query<Day>(
    `select feature, prompt_name as name, $2::date - day as days_back, ${SUMS}
     from reporting.spend_by_prompt_day where day >= $1::date and day < $2::date and feature = any ($3::text[])
     group by feature, prompt_name, day`,
    [addDays(date, -HISTORY_DAYS), date, matter.map(({ feature }) => feature)],
  );
  const wanted = new Set(matter.map(keyOf));
  return rows.filter((row) => wanted.has(keyOf(row)));
}

/**
 * Who spent much on the day before, from the calls: users are many, and only of these few are the other days read. Of one through
 * whom a whole service calls, these are millions of calls, so only where something may be found.
 */
async function readUsers(
  client: ClientBase,
  { date, zone, lastDayStart, currentStart, currentEnd }: SpendWindows,
  asked: SeriesAsked,
): Promise<Day[]> {
  const { rows: costly } = await client.query<PartDay>(
    costliest(`select feature, user_id as name, sum(cost_usd) as usd from reporting.llm_calls
     where ts >= $4::timestamptz and ts < $5::timestamptz and user_id <> '(none)'
     group by feature, user_id having sum(cost_usd) > ${LEAST}`),
    [...minimums(asked), lastDayStart, currentEnd],
  );
  if (costly.length === 0) return [];
  const { rows: weekBefore } = await client.query<PartDay>(
    `select feature, user_id as name, sum(cost_usd) as usd from reporting.llm_calls
     where ts >= $1::timestamptz and ts < $2::timestamptz and feature = any ($3::text[]) and user_id = any ($4::text[])
     group by feature, user_id`,
    [startOfLocalDay(addDays(date, -WINDOW_DAYS - 1), zone), currentStart, ...columnsOf(costly)],
  );
  const lastWeekUsd = new Map(weekBefore.map((user) => [keyOf(user), picoUsd(user.usd)]));
  const matter = costly.filter((user) =>
    asked.mayMatter(user.feature, picoUsd(user.usd), lastWeekUsd.get(keyOf(user)) ?? 0n),
  );
  if (matter.length === 0) return [];
  const { rows } = await client.query<Day>(
    `select days.feature, user_id as name, $2::date - day as days_back, ${SUMS}
     from unnest($3::text[], $4::text[]) as asked (feature, name)
     join reporting.spend_by_user_day as days on days.feature = asked.feature and user_id = asked.name
     where day >= $1::date and day < $2::date
       -- Said again where the view reads its calls: most of what these users do elsewhere is not even added up.
       and days.feature = any ($3::text[]) and user_id = any ($4::text[])
     group by days.feature, user_id, day`,
    [addDays(date, -HISTORY_DAYS), date, ...columnsOf(matter)],
  );
  return rows;
}

/** Below it no feature's minimum lies. */
const LEAST = 'least($1::numeric, (select min(usd) from unnest($3::numeric[]) as usd))';

/**
 * Those that cost more than the minimum of their feature.
 *
 * @param parts `feature`, `name` and `usd` of those above `LEAST`
 */
const costliest = (parts: string) =>
  `select part.* from (${parts}) as part
   left join unnest($2::text[], $3::numeric[]) as own (feature, minimum_usd) using (feature)
   where usd > coalesce(own.minimum_usd, $1::numeric) order by usd desc, feature, name limit ${MOST_PARTS}`;

/** The first three parameters of `costliest`. */
function minimums({ minimumUsd, ownMinimumUsd }: SeriesAsked): unknown[] {
  return [
    formatPicoUsd(minimumUsd),
    [...ownMinimumUsd.keys()],
    [...ownMinimumUsd.values()].map((usd) => formatPicoUsd(usd)),
  ];
}

/** What a prompt or a user of a feature cost on a day. */
interface PartDay {
  feature: string;
  name: string | null;
  usd: string | null;
}

const columnsOf = (users: readonly PartDay[]) => [
  users.map(({ feature }) => feature),
  users.map(({ name }) => name),
];
const keyOf = ({ feature, name }: Pick<Day, 'feature' | 'name'>) => JSON.stringify([feature, name]);
const picoUsd = (usd: string | null) => parsePicoUsd(usd ?? '0');

function seriesOf(days: readonly Day[], hoursUsd: readonly PicoUsd[]): Series {
  const calls = new Array<number>(HISTORY_DAYS).fill(0);
  const pricedCalls = new Array<number>(HISTORY_DAYS).fill(0);
  const usd = new Array<PicoUsd>(HISTORY_DAYS).fill(0n);
  for (const day of days) {
    const index = HISTORY_DAYS - day.days_back;
    calls[index] = Number(day.calls);
    pricedCalls[index] = Number(day.priced_calls);
    usd[index] = picoUsd(day.usd);
  }
  return { calls, pricedCalls, usd, hoursUsd };
}
