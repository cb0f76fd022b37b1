/** Remembers the models that were seen without a price, so that somebody is told of each once. */
import type { ClientBase } from 'pg';
import { compare } from '../../domain/compare.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import {
  type ResolvedModel,
  resolvedNotice,
  unpricedNotice,
} from '../../domain/unpriced-models/notice.ts';
import {
  type UnpricedKey,
  type UnpricedModel,
  unpricedKey,
} from '../../domain/unpriced-models/unpriced-models.ts';
import { addToOutbox } from './outbox.ts';
import { inTransaction } from './transaction.ts';

/** A producer that invents names must not fill the channel: what is over waits to be opened until there is room. */
const MODELS_TOLD_OF_A_DAY = 20;

/**
 * Writes one message about those that are new. Idempotent: a batch that is delivered again adds nothing.
 *
 * @param models one of each key
 * @returns whether there is a message to deliver
 */
export async function noteUnpriced(
  client: ClientBase,
  models: readonly UnpricedModel[],
): Promise<boolean> {
  if (models.length === 0) return false;
  // Most are known: no transaction for these.
  const unknown = await without(client, inOrder(models));
  if (unknown.length === 0) return false;
  return inTransaction(client, async () => {
    const room = MODELS_TOLD_OF_A_DAY - (await countOfADay(client));
    if (room <= 0) return false;
    const opened = await openGaps(client, unknown.slice(0, room));
    const [first] = opened.ids;
    if (first === undefined) return false;
    const notice = unpricedNotice(opened.models, opened.ids.length >= room);
    await addToOutbox(client, `unpriced-models:${first}`, notice);
    return true;
  });
}

async function without(
  client: ClientBase,
  models: readonly UnpricedModel[],
): Promise<UnpricedModel[]> {
  const { rows } = await client.query<UnpricedKey>(
    `select provider, model, cause, detail from tricost.unpriced_models
     where resolved_at is null and (provider, model, cause, detail) in (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]))`,
    columns(models),
  );
  const known = new Set(rows.map(unpricedKey));
  return models.filter((model) => !known.has(unpricedKey(model)));
}

/** Always the same, so that two that open the same models cannot deadlock. */
function inOrder(models: readonly UnpricedModel[]): UnpricedModel[] {
  return models.toSorted((a, b) => compare(unpricedKey(a), unpricedKey(b)));
}

/** @param models in order */
async function openGaps(
  client: ClientBase,
  models: readonly UnpricedModel[],
): Promise<{ ids: string[]; models: UnpricedModel[] }> {
  const { rows } = await client.query<UnpricedKey & { id: string }>(
    `insert into tricost.unpriced_models (provider, model, cause, detail)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
     on conflict do nothing returning id, provider, model, cause, detail`,
    columns(models),
  );
  const opened = new Set(rows.map(unpricedKey));
  return {
    ids: rows.map(({ id }) => id),
    models: models.filter((model) => opened.has(unpricedKey(model))),
  };
}

/** Models of which some call has no price. */
export async function countUnpriced(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ models: number }>(
    `select count(distinct (provider, model))::int as models from tricost.unpriced_models
     where resolved_at is null`,
  );
  return rows[0]?.models ?? 0;
}

async function countOfADay(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ models: number }>(
    `select count(*)::int as models from tricost.unpriced_models
     where first_seen_at > now() - interval '1 day'`,
  );
  return rows[0]?.models ?? 0;
}

function columns(models: readonly UnpricedKey[]) {
  return [
    models.map(({ provider }) => provider),
    models.map(({ model }) => model),
    models.map(({ cause }) => cause),
    models.map(({ detail }) => detail),
  ];
}

/** What calls that had no cost cost now, by provider, model and what they may have been without. */
export interface RepricedModel {
  provider: string;
  model: string;
  /** The most likely first. */
  details: readonly string[];
  calls: number;
  costUsd: string;
}

/** @param client in the transaction that gives the calls their cost */
export async function addRepriced(
  client: ClientBase,
  models: readonly RepricedModel[],
): Promise<void> {
  if (models.length === 0) return;
  await client.query(
    `with repriced as (
       select * from jsonb_to_recordset($1::jsonb) as r (provider text, model text, details jsonb, calls bigint, "costUsd" numeric)
     ),
     sums as (
       select o.id, sum(r.calls) as calls, sum(r."costUsd") as usd
       from repriced as r cross join lateral (
         select o.id from tricost.unpriced_models as o
         join jsonb_array_elements_text(r.details) with ordinality as d (detail, nth) using (detail)
         where o.resolved_at is null and o.provider = r.provider and o.model = r.model
         -- Of two causes, a price is what helps.
         order by o.cause, d.nth limit 1) as o
       group by o.id
     )
     update tricost.unpriced_models as u
     set repriced_calls = repriced_calls + s.calls, repriced_usd = repriced_usd + s.usd
     from sums as s where u.id = s.id`,
    [JSON.stringify(models)],
  );
}

/**
 * The last that was opened. A call is stored before its model is opened, so whoever looks at calls after this sees those of every
 * model up to it.
 */
export async function lastUnpriced(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'select coalesce(max(id), 0)::text as id from tricost.unpriced_models',
  );
  return rows[0]?.id ?? '0';
}

/**
 * Resolves every gap that no call is left with, and writes one message about the models whose calls got a cost, or are without
 * something else now: what that is stands in it, and needs no message of its own.
 *
 * @param remaining what calls are still without
 * @param until what `lastUnpriced` said before these were looked for: of models opened since, calls may have been missed
 * @returns whether there is a message to deliver
 */
export async function resolveUnpriced(
  client: ClientBase,
  remaining: readonly UnpricedModel[],
  until: string,
): Promise<boolean> {
  const unresolved = new Set(remaining.map(unpricedKey));
  const leftOf = Map.groupBy(remaining, modelKey);
  return inTransaction(client, async () => {
    const { rows: open } = await client.query<UnpricedKey & { id: string }>(
      `select id, provider, model, cause, detail from tricost.unpriced_models
       where resolved_at is null and id <= $1 order by id`,
      [until],
    );
    const gone = open.filter((model) => !unresolved.has(unpricedKey(model)));
    const { rows } = await client.query<{
      id: string;
      provider: string;
      model: string;
      calls: number;
      usd: string;
    }>(
      `update tricost.unpriced_models set resolved_at = greatest(clock_timestamp(), first_seen_at)
       where id = any ($1::bigint[]) and resolved_at is null
       returning id, provider, model, repriced_calls::float8 as calls, repriced_usd::text as usd`,
      [gone.map(({ id }) => id)],
    );
    const closed = Map.groupBy(rows, modelKey);
    const next = remaining.filter((model) => closed.has(modelKey(model)));
    const opened = await openGaps(client, inOrder(next));
    const moved = new Set(opened.models.map(modelKey));
    const told = [...closed].flatMap(([key, gaps]): ResolvedModel[] => {
      const [first] = gaps;
      const calls = gaps.reduce((sum, gap) => sum + gap.calls, 0);
      // Dropped with their month, or forgotten: nobody need be told.
      if (first === undefined || (calls === 0 && !moved.has(key))) return [];
      const costUsd = gaps.reduce((sum, gap) => sum + parsePicoUsd(gap.usd), 0n);
      const left = (leftOf.get(key) ?? []).map(({ why }) => why);
      return [{ provider: first.provider, model: first.model, calls, costUsd, left }];
    });
    if (told.length === 0) return false;
    await addToOutbox(client, `priced-models:${rows[0]?.id}`, resolvedNotice(told));
    return true;
  });
}

function modelKey({ provider, model }: { provider: string; model: string }): string {
  return JSON.stringify([provider, model]);
}
