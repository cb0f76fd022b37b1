/** Reads which prompts and users the rules look at: of thousands of each, those that cost enough and have risen. */
import type { ClientBase } from 'pg';
import { formatPicoUsd, type PicoUsd } from '../../domain/money.ts';
import { addDays, type LocalDate, startOfLocalDay } from '../../domain/reporting-days.ts';
import type { Part } from '../../domain/spend-alert/rules/find.ts';
import type { Snoozed } from '../../domain/spend-alert/snooze.ts';
import { type SpendWindows, WINDOW_DAYS } from '../../domain/spend-alert/windows.ts';
import { money } from './numeric-columns.ts';

/** A prompt or a user of a feature. */
export interface PartName {
  feature: string;
  /** null: what has none. */
  name: string | null;
}

export interface PartsAsked {
  /** Absent: only those of features that are watched. */
  risen?: RisenAsked;
  /** Features whose parts are read whether they have risen or not. */
  watched: readonly WatchedFeature[];
}

/** Of every feature. */
export interface RisenAsked {
  /** What a part must have cost on the day before the alert's; where the feature has no minimum of its own. */
  minimumUsd: PicoUsd;
  ownMinimumUsd: ReadonlyMap<string, PicoUsd>;
  /** Whether the rules may find something in one, by what it cost on that day and on the same day a week before. */
  mayMatter(feature: string, currentUsd: PicoUsd, lastWeekUsd: PicoUsd): boolean;
}

export interface WatchedFeature {
  feature: string;
  /** What a part must have cost on the day before the alert's, or on the one before that. */
  minimumUsd: PicoUsd;
  /** One that is read whatever it cost. */
  named?: Snoozed | undefined;
}

interface PartCost extends PartName {
  usd: string | null;
}

const usdOf = ({ usd }: PartCost) => money(usd) ?? 0n;

/** Of which parts it is asked what they cost on a day. */
interface CostsAsked {
  /** Absent: those of any cost. */
  minimumUsd?: PicoUsd;
  ownMinimumUsd?: ReadonlyMap<string, PicoUsd>;
  /** Absent: those of every feature. */
  features?: readonly string[];
  /** Absent: of every name. */
  names?: readonly (string | null)[];
}

/** Of a day, the costliest first: whether they have risen is asked of each. */
const MOST_COSTLY = 2_000;
/** Of those that have risen, the costliest first: the others are small beside them. */
const MOST_RISEN = 200;

/** @returns each once */
export async function readParts(
  client: ClientBase,
  rule: Part['rule'],
  { date, zone }: SpendWindows,
  { risen, watched }: PartsAsked,
): Promise<PartName[]> {
  const costsOn = async (daysBack: number, of: CostsAsked) => {
    if (of.features?.length === 0) return [];
    const day = addDays(date, -daysBack);
    return rule === 'prompt'
      ? costsOfPrompts(client, day, of)
      : costsOfUsers(client, day, zone, of);
  };
  const parts = [
    ...(risen === undefined ? [] : await readRisen(costsOn, risen)),
    ...(await readWatched(costsOn, watched)),
    ...watched.flatMap(({ feature, named }) =>
      named?.rule === rule ? [{ feature, name: named.name }] : [],
    ),
  ];
  return [...new Map(parts.map((part) => [partKey(part), part])).values()];
}

/** What parts cost so many days before the alert's. */
type CostsOn = (daysBack: number, of: CostsAsked) => Promise<PartCost[]>;

async function readRisen(costsOn: CostsOn, asked: RisenAsked): Promise<PartName[]> {
  const costly = await costsOn(1, asked);
  const lastWeek = await costsOn(1 + WINDOW_DAYS, {
    features: costly.map(({ feature }) => feature),
    names: costly.map(({ name }) => name),
  });
  const lastWeekUsd = new Map(lastWeek.map((part) => [partKey(part), usdOf(part)]));
  return costly
    .filter((part) =>
      asked.mayMatter(part.feature, usdOf(part), lastWeekUsd.get(partKey(part)) ?? 0n),
    )
    .slice(0, MOST_RISEN);
}

async function readWatched(
  costsOn: CostsOn,
  watched: readonly WatchedFeature[],
): Promise<PartName[]> {
  const asked = {
    features: watched.map(({ feature }) => feature),
    minimumUsd: 0n,
    ownMinimumUsd: new Map(watched.map(({ feature, minimumUsd }) => [feature, minimumUsd])),
  };
  return [...(await costsOn(1, asked)), ...(await costsOn(2, asked))];
}

export function partKey({ feature, name }: PartName): string {
  return JSON.stringify([feature, name]);
}

async function costsOfPrompts(
  client: ClientBase,
  day: LocalDate,
  asked: CostsAsked,
): Promise<PartCost[]> {
  const { rows } = await client.query<PartCost>(
    costliest(`select feature, prompt_name as name, sum(cost_usd) as usd from reporting.spend_by_prompt_day
     where day = $5::date and ($4::text[] is null or feature = any ($4))
     group by feature, prompt_name`),
    [...parameters(asked), day],
  );
  return rows;
}

/** From the calls: users are in no rollup. */
async function costsOfUsers(
  client: ClientBase,
  day: LocalDate,
  zone: string,
  asked: CostsAsked,
): Promise<PartCost[]> {
  const { rows } = await client.query<PartCost>(
    costliest(`select feature, user_id as name, sum(cost_usd) as usd from reporting.llm_calls
     where ts >= $5::timestamptz and ts < $6::timestamptz and user_id <> '(none)'
       and ($4::text[] is null or feature = any ($4)) and ($7::text[] is null or user_id = any ($7))
     group by feature, user_id`),
    [
      ...parameters(asked),
      ...[startOfLocalDay(day, zone), startOfLocalDay(addDays(day, 1), zone), asked.names],
    ],
  );
  return rows;
}

/**
 * Those that cost more than the minimum of their feature, the costliest first.
 *
 * @param costs `feature`, `name` and `usd`, grouped; its own parameters begin with $4, the features
 */
const costliest = (costs: string) =>
  `select part.* from (
     ${costs} having $1::numeric is null or sum(cost_usd) > least($1, (select min(usd) from unnest($3::numeric[]) as usd))
   ) as part
   left join unnest($2::text[], $3::numeric[]) as own (feature, minimum_usd) using (feature)
   where $1 is null or usd > coalesce(own.minimum_usd, $1) order by usd desc nulls last, feature, name limit ${MOST_COSTLY}`;

/** The first four of `costliest`. */
function parameters({ minimumUsd, ownMinimumUsd = new Map(), features }: CostsAsked): unknown[] {
  return [
    minimumUsd === undefined ? null : formatPicoUsd(minimumUsd),
    [...ownMinimumUsd.keys()],
    [...ownMinimumUsd.values()].map((usd) => formatPicoUsd(usd)),
    features,
  ];
}
