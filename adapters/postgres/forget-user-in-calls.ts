/** Forgets a user in llm_calls: month by month, in batches, each its own transaction. */
import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { columnsOf } from '../../domain/forget-user/columns.ts';
import { type Mention, rewriteStrings } from '../../domain/forget-user/mention.ts';
import { containsAny, needles, wordPattern } from './forget-user-search.ts';

/** A month of calls. */
export interface CallsMonth {
  /** The partition, for VACUUM. */
  name: string;
  /** What statements address: the parent, so that its triggers see the change, or a month that is detached from it. */
  relation: string;
  startsAt: Date;
  endsAt: Date;
}

export interface OwnCalls {
  calls: number;
  /** Those without a cost. */
  unpricedCalls: number;
  /** NULL: none has a known cost. */
  costUsd: string | null;
}

export interface RewrittenCalls {
  rewritten: number;
  /** The id is in them as a part of a longer word, which is left alone. */
  left: number;
}

const BATCH_ROWS = 5_000;
const JSON_COLUMNS: ReadonlySet<string> = new Set(['extra', 'tags', 'usage_raw']);
const SEARCHED = columnsOf('llm_calls', 'cleared', 'rewritten');
const CLEARED = columnsOf('llm_calls', 'cleared');
const NAMES = columnsOf('llm_calls', 'reported');

/** Oldest first. A month that was detached and not yet dropped counts, and so does one whose detaching was interrupted. */
export async function callMonths(client: ClientBase): Promise<CallsMonth[]> {
  const { rows } = await client.query<{
    name: string;
    attached: boolean;
    startsAt: Date;
    endsAt: Date;
  }>(
    `select c.relname::text as name, coalesce(not p.detach_pending, false) as attached,
       coalesce(p.starts_at, m.month at time zone 'UTC') as "startsAt",
       coalesce(p.ends_at, (m.month + interval '1 month') at time zone 'UTC') as "endsAt"
     from pg_catalog.pg_class as c
     left join tricost.llm_calls_partitions as p on p.partition_oid = c.oid,
     lateral (select case when c.relname ~ $1 then to_date(right(c.relname, 7), 'YYYY_MM')::timestamp end as month) as m
     where c.relnamespace = 'tricost'::regnamespace and c.relkind = 'r' and (p.name is not null or c.relname ~ $1)
     order by 3`,
    ['^llm_calls_p[0-9]{4}_(0[1-9]|1[0-2])$'],
  );
  return rows.map(({ name, attached, startsAt, endsAt }) => ({
    name,
    relation: `tricost.${attached ? 'llm_calls' : escapeIdentifier(name)}`,
    startsAt,
    endsAt,
  }));
}

export async function countOwnCalls(
  client: ClientBase,
  month: CallsMonth,
  userId: string,
): Promise<OwnCalls> {
  const { rows } = await client.query<OwnCalls>(
    `select count(*)::int as calls, count(*) filter (where cost_usd is null)::int as "unpricedCalls",
       sum(cost_usd)::text as "costUsd"
     from ${month.relation} where user_id = $1 and ts >= $2 and ts < $3`,
    [userId, month.startsAt, month.endsAt],
  );
  return rows[0] ?? { calls: 0, unpricedCalls: 0, costUsd: null };
}

/**
 * How many calls of others hold the id's characters, and how many name a feature, a prompt, a model or another user with
 * them. Reads every row.
 */
export async function countMentions(
  client: ClientBase,
  month: CallsMonth,
  mention: Mention,
): Promise<{ mentions: number; names: number }> {
  const values = needles(mention);
  const names = ['user_id', ...NAMES];
  const { rows } = await client.query<{ mentions: number; names: number }>(
    `select count(*) filter (where ${containsAny(SEARCHED, values, 5)})::int as mentions,
       count(*) filter (
         where (${containsAny(names, values, 5)}) and concat_ws(chr(10), ${names.join(', ')}) ~ $4
       )::int as names
     from ${month.relation} where ts >= $1 and ts < $2 and user_id <> $3`,
    [month.startsAt, month.endsAt, mention.storedId, wordPattern(mention), ...values],
  );
  return rows[0] ?? { mentions: 0, names: 0 };
}

/** One batch of the user's own calls. @returns how many; 0 when none is left */
export async function pseudonymiseOwnCalls(
  client: ClientBase,
  month: CallsMonth,
  userId: string,
  pseudonym: string,
): Promise<number> {
  const { rowCount } = await client.query(
    `with batch as (${OWN_BATCH(month)})
     update ${month.relation} as calls
     set user_id = $4, ${CLEARED.map((column) => `${column} = null`).join(', ')},
       tags = (
         select jsonb_object_agg(key, case when value = to_jsonb($1::text) then to_jsonb($4::text) else value end)
         from jsonb_each(tags)
       )
     from batch
     where calls.ts = batch.ts and calls.event_id = batch.event_id and calls.ts >= $2 and calls.ts < $3`,
    [userId, month.startsAt, month.endsAt, pseudonym],
  );
  return rowCount ?? 0;
}

/** One batch. @returns how many; 0 when none is left */
export async function eraseOwnCalls(
  client: ClientBase,
  month: CallsMonth,
  userId: string,
): Promise<number> {
  const { rowCount } = await client.query(
    `with batch as (${OWN_BATCH(month)})
     delete from ${month.relation} as calls using batch
     where calls.ts = batch.ts and calls.event_id = batch.event_id and calls.ts >= $2 and calls.ts < $3`,
    [userId, month.startsAt, month.endsAt],
  );
  return rowCount ?? 0;
}

/** By the index on (user_id, ts). */
const OWN_BATCH = ({ relation }: CallsMonth) =>
  `select ts, event_id from ${relation} where user_id = $1 and ts >= $2 and ts < $3 order by ts limit ${BATCH_ROWS}`;

type Found = Record<string, string | null> & { ts: string; event_id: string };

/** Replaces the mentions in everybody's calls. Reads every row. */
export async function rewriteMentions(
  client: ClientBase,
  month: CallsMonth,
  mention: Mention,
  pseudonym: string,
): Promise<RewrittenCalls> {
  const result: RewrittenCalls = { rewritten: 0, left: 0 };
  const values = needles(mention);
  let last: Found | undefined;
  do {
    const { rows } = await client.query<Found>(
      `select ts::text, event_id, ${SEARCHED.map((column) => `${column}::text`).join(', ')}
       from ${month.relation}
       where ts >= $1 and ts < $2 and ($3::timestamptz is null or (ts, event_id) > ($3, $4::uuid))
         and (${containsAny(SEARCHED, values, 5)})
       order by ts, event_id limit ${BATCH_ROWS}`,
      [month.startsAt, month.endsAt, last?.ts ?? null, last?.event_id ?? null, ...values],
    );
    const changed = rows.flatMap((row) => {
      const rewritten = rewrite(row, mention, pseudonym);
      if (holdsAny(rewritten, values)) result.left += 1;
      return SEARCHED.some((column) => rewritten[column] !== row[column]) ? [rewritten] : [];
    });
    if (changed.length > 0) await update(client, month, changed);
    result.rewritten += changed.length;
    last = rows.length < BATCH_ROWS ? undefined : rows.at(-1);
  } while (last !== undefined);
  return result;
}

function rewrite(row: Found, mention: Mention, pseudonym: string): Found {
  const replace = (text: string) => mention.replaceIn(text, pseudonym);
  const columns = SEARCHED.map((column) => {
    const text = row[column] ?? null;
    if (text === null) return [column, null];
    return [column, JSON_COLUMNS.has(column) ? rewriteStrings(text, replace) : replace(text)];
  });
  return { ...row, ...Object.fromEntries(columns) };
}

function holdsAny(row: Found, values: readonly string[]): boolean {
  return SEARCHED.some((column) => values.some((value) => row[column]?.includes(value)));
}

async function update(client: ClientBase, month: CallsMonth, rows: Found[]): Promise<void> {
  const columns = SEARCHED.map((column) =>
    JSON_COLUMNS.has(column) ? `${column} = new.${column}::jsonb` : `${column} = new.${column}`,
  );
  await client.query(
    `update ${month.relation} as calls set ${columns.join(', ')}
     from unnest($1::timestamptz[], $2::uuid[], ${SEARCHED.map((_, index) => `$${index + 5}::text[]`).join(', ')})
       as new (ts, event_id, ${SEARCHED.join(', ')})
     where calls.ts = new.ts and calls.event_id = new.event_id and calls.ts >= $3 and calls.ts < $4`,
    [
      rows.map(({ ts }) => ts),
      rows.map(({ event_id }) => event_id),
      month.startsAt,
      month.endsAt,
      ...SEARCHED.map((column) => rows.map((row) => row[column])),
    ],
  );
}
