/** The alert's query in two halves: what every shard of the users answers, and what makes one answer of theirs. */

/** Common table expressions of the query that read calls: they run on the shards. */
const ON_SHARDS = ['slices', 'data'];

/**
 * Slices are sums, so they add up.
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
  const columns = [...body('slices').matchAll(/ as ((?:previous|current|month)\w+)/g)].map(
    ([, name]) => name,
  );
  const sum = (name: unknown) => `sum(${name}) as ${name}`;
  // As text: a driver that parses JSON would make doubles of the sums.
  const partial = `with ${ON_SHARDS.map((name) => `${name} as (${body(name)})`).join(', ')}
select (select coalesce(jsonb_agg(s), '[]') from slices as s)::text as slices,
  data.first_call_at, data.last_call_at
from data`;
  const shards = `shards as (
  select * from jsonb_to_recordset($1) as t (slices text, first_call_at timestamptz, last_call_at timestamptz)
)`;
  const slices = `slices as (
  select feature, prompt_name, prompt_id, model, max(prompt_version) as prompt_version, ${columns.map(sum).join(', ')}
  from shards, jsonb_to_recordset(slices::jsonb) as t (feature text, prompt_name text, prompt_id text, model text,
    prompt_version int, ${columns.map((name) => `${name} numeric`).join(', ')})
  group by feature, prompt_name, prompt_id, model
)`;
  const data = `data as (
  select min(first_call_at) as first_call_at, max(last_call_at) as last_call_at from shards
)`;
  const unchanged = [...expressions.keys()]
    .filter((name) => !ON_SHARDS.includes(name))
    .map((name) => `${name} as (\n${body(name)}\n)`);
  return {
    partial,
    merge: `with ${[shards, slices, data, ...unchanged].join(',\n')}\n${final}`,
  };
}
