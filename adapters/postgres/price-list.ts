/** The price list in Postgres: read whole, once, and again when it has grown; only ever added to. */
import type { ClientBase } from 'pg';
import type { HeldPriceList } from '../../domain/pricing/compare-price-lists.ts';
import { PriceBook } from '../../domain/pricing/price-book.ts';
import type { ModelName, PriceList, PriceRow } from '../../domain/pricing/price-list.ts';
import { inTransaction } from './transaction.ts';

/** For as long as the process lives. */
export class PriceListReader {
  #book: PriceBook | undefined;
  #version: string | undefined;

  /** The list as it is now: one short question, and all of it only when it has grown. */
  async read(client: ClientBase): Promise<PriceBook> {
    if (this.#book === undefined || (await priceListVersion(client)) !== this.#version) {
      const { book, version } = await readPriceBook(client);
      this.#book = book;
      this.#version = version;
    }
    return this.#book;
  }
}

/** @returns the version, too: it changes whenever the list grows */
export async function readPriceBook(
  client: ClientBase,
): Promise<{ book: PriceBook; version: string }> {
  // The number first: what is added meanwhile is read now and once more, never missed.
  const version = await priceListVersion(client);
  return { book: new PriceBook(await readPriceList(client)), version };
}

async function priceListVersion(client: ClientBase): Promise<string> {
  const { rows } = await client.query<{ version: string }>(
    'select version::text from tricost.price_list_version',
  );
  return rows[0]?.version ?? '';
}

export async function readPriceList(client: ClientBase): Promise<PriceList> {
  const prices = await client.query<PriceRow>(
    `select ${PRICE_ROW} from tricost.prices order by id`,
  );
  const names = await client.query<ModelName>(
    `select ${MODEL_NAME} from tricost.model_names order by valid_from, revision, id`,
  );
  return { prices: prices.rows, names: names.rows };
}

/**
 * With the release of every row, which pricing has no use for.
 *
 * @param asReleased whether rows that somebody entered by hand count as brought by a release
 */
export async function readHeldPriceList(
  client: ClientBase,
  { asReleased = false }: { asReleased?: boolean } = {},
): Promise<HeldPriceList> {
  const release = `case when release is null and $1 then '' else release end as release`;
  const prices = await client.query<HeldPriceList['prices'][number]>(
    `select ${PRICE_ROW}, ${release} from tricost.prices order by id`,
    [asReleased],
  );
  const names = await client.query<HeldPriceList['names'][number]>(
    `select ${MODEL_NAME}, ${release} from tricost.model_names order by valid_from, revision, id`,
    [asReleased],
  );
  return { prices: prices.rows, names: names.rows };
}

/** The rows that a call names, to the exclusion of all others. */
export async function pricesOfIds(client: ClientBase, ids: readonly number[]): Promise<PriceRow[]> {
  const { rows } = await client.query<PriceRow>(
    `select ${PRICE_ROW} from tricost.prices where id = any ($1) order by id`,
    [ids],
  );
  return rows;
}

export type PriceOfList = PriceRow & { validUntil: string | null };

/** Prices that hold now or will, sorted as a person looks for them. */
export async function currentPrices(
  client: ClientBase,
  { provider, model }: { provider?: string; model?: string },
): Promise<PriceOfList[]> {
  const { rows } = await client.query<PriceOfList>(
    `select ${PRICE_ROW}, ${rfc3339('valid_until')} as "validUntil"
     from reporting.prices
     where ($1::text is null or provider = $1) and ($2::text is null or model = $2)
       -- Of two that began together, the first was corrected by the other.
       and coalesce(valid_until, 'infinity') > greatest(valid_from, now())
       and (price_usd is not null or valid_from > now())
     order by provider, model, service_tier <> 'standard', service_tier, region, unit, above_input_tokens, from_minute,
       kind desc, reporting.prices.valid_from`,
    [provider ?? null, model ?? null],
  );
  return rows;
}

const rfc3339 = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const RFC_3339 = rfc3339('valid_from');

/** A row of tricost.model_names as a ModelName. */
const MODEL_NAME = `provider, name, match, model_provider as "modelProvider", model, price_status as "priceStatus",
  ${RFC_3339} as "validFrom", source`;

/** A row of tricost.prices as a PriceRow. */
const PRICE_ROW = `id, kind, provider, model, unit, service_tier as "serviceTier", region,
  above_input_tokens as "aboveInputTokens", from_minute as "fromMinute", until_minute as "untilMinute",
  ${RFC_3339} as "validFrom", revision, price_usd::text as "priceUsd", source`;

export interface AddedRows {
  prices: number;
  names: number;
}

/**
 * Adds what somebody enters by hand, as far as the database has it not: no release changes it.
 *
 * @returns how many rows were added
 */
export async function addPriceList(client: ClientBase, list: PriceList): Promise<AddedRows> {
  return inTransaction(client, async () => {
    await lockPriceList(client);
    return insertPriceList(client, list, null);
  });
}

/** Two that add at once would each find the same rows missing. */
export async function lockPriceList(client: ClientBase): Promise<void> {
  await client.query('select from tricost.price_list_version for update');
}

/**
 * A price of the same beginning becomes its next revision, unless it is the same.
 *
 * @param client that has locked the list
 * @param release digest of the one that brings the rows; null: somebody enters them by hand
 */
export async function insertPriceList(
  client: ClientBase,
  { prices, names }: PriceList,
  release: string | null,
): Promise<AddedRows> {
  const added = await client.query(
    `with listed as (
         select * from jsonb_to_recordset($1::jsonb) as l (
           kind text, provider text, model text, unit text, "serviceTier" text, region text, "aboveInputTokens" int,
           "fromMinute" smallint, "untilMinute" smallint, "validFrom" timestamptz, "priceUsd" numeric, source text)
       ),
       known as (
         select distinct on (kind, provider, model, unit, service_tier, region, above_input_tokens, from_minute, until_minute, valid_from) *
         from tricost.prices
         order by kind, provider, model, unit, service_tier, region, above_input_tokens, from_minute, until_minute, valid_from, revision desc
       )
       insert into tricost.prices (kind, provider, model, unit, service_tier, region, above_input_tokens,
         from_minute, until_minute, valid_from, revision, price_usd, source, release)
       select l.kind, l.provider, l.model, l.unit, l."serviceTier", l.region, l."aboveInputTokens",
         l."fromMinute", l."untilMinute", l."validFrom", coalesce(k.revision, 0) + 1, l."priceUsd", l.source, $2
       from listed as l
       left join known as k on k.kind = l.kind and k.provider = l.provider and k.model = l.model and k.unit = l.unit
         and k.service_tier = l."serviceTier" and k.region = l.region and k.above_input_tokens = l."aboveInputTokens"
         and k.from_minute = l."fromMinute" and k.until_minute = l."untilMinute" and k.valid_from = l."validFrom"
       where k.id is null or k.price_usd is distinct from l."priceUsd"`,
    [JSON.stringify(prices), release],
  );
  const named = await client.query(
    `with listed as (
         select * from jsonb_to_recordset($1::jsonb) as l (
           provider text, name text, match text, "modelProvider" text, model text, "priceStatus" text, "validFrom" timestamptz, source text)
       ),
       known as (
         -- A name stands for one model; a family may lead to several providers.
         select distinct on (provider, name, match, family, valid_from) *
         from (select *, case match when 'family' then model_provider end as family from tricost.model_names) as n
         order by provider, name, match, family, valid_from, revision desc
       )
       insert into tricost.model_names (provider, name, match, model_provider, model, price_status, valid_from, revision, source, release)
       select l.provider, l.name, l.match, l."modelProvider", l.model, l."priceStatus", l."validFrom", coalesce(k.revision, 0) + 1, l.source, $2
       from listed as l
       left join known as k on k.provider = l.provider and k.name = l.name and k.match = l.match
         and (l.match = 'exact' or k.model_provider = l."modelProvider") and k.valid_from = l."validFrom"
       where k.id is null
         or (k.model_provider, k.model, k.price_status) is distinct from (l."modelProvider", l.model, l."priceStatus")`,
    [JSON.stringify(names), release],
  );
  return { prices: added.rowCount ?? 0, names: named.rowCount ?? 0 };
}
