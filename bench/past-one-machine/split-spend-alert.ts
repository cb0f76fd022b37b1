/** The alert's query in two halves: what every shard of the users answers, and what makes one answer of theirs. */

/** Common table expressions of the query that read calls: they run on the shards. */
const ON_SHARDS = ['features', 'data'];

/**
 * What features spent are sums, so they add up.
 *
 * @param query sql/queries/spend-alert.sql
 * @returns `partial` takes the query's own parameters and gives one row; `merge` takes these rows as a JSON array
 */
export function splitSpendAlert(query: string): { partial: string; merge: string } {
  const [, list = '', final = ''] = /^with ([\s\S]*?\n\))\n(select[\s\S]*)$/m.exec(query) ?? [];
  const expressions = new Map(
    [...list.matchAll(/^(?:--.*\n)*(\w+) as \(\n([\s\S]*?)\n\)/gm)].map(
      ([, name = '', body = '']) => [name, body],
    ),
  );
  const body = (name: string): string => {
    const found = expressions.get(name);
    if (found === undefined) throw new Error(`spend-alert.sql has no ${name}: split it anew`);
    return found;
  };
  const columns = [...body('features').matchAll(/ as ((?:previous|current|month)\w+)/g)].map(
    ([, name]) => name,
  );
  const sum = (name: unknown) => `sum(${name}) as ${name}`;
  // As text: a driver that parses JSON would make doubles of the sums.
  const partial = `with ${ON_SHARDS.map((name) => `${name} as (${body(name)})`).join(', ')}
select (select coalesce(jsonb_agg(f), '[]') from features as f)::text as features,
  data.first_call_at, data.last_call_at
from data`;
  const shards = `shards as (
  select * from jsonb_to_recordset($1) as t (features text, first_call_at timestamptz, last_call_at timestamptz)
)`;
  const features = `features as (
  select feature, ${columns.map(sum).join(', ')}
  from shards, jsonb_to_recordset(features::jsonb) as t (feature text, ${columns.map((name) => `${name} numeric`).join(', ')})
  group by feature
)`;
  const data = `data as (
  select min(first_call_at) as first_call_at, max(last_call_at) as last_call_at from shards
)`;
  return { partial, merge: `with ${[shards, features, data].join(',\n')}\n${final}` };
}
