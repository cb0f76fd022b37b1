/** Reads the catalogue of genai-prices (https://github.com/pydantic/genai-prices, data format 2) as a price list. */
import {
  DAY_MINUTES,
  type ModelName,
  type PriceRow,
  type PriceUnit,
  SINCE_EVER,
} from './price-list.ts';

export type CatalogueMatch =
  | { equals: string }
  | { starts_with: string }
  | { ends_with: string }
  | { contains: string }
  | { regex: string }
  | { or: CatalogueMatch[] }
  | { and: CatalogueMatch[] };

type CataloguePrice = number | { base: number; tiers: { start: number; price: number }[] };

export interface CatalogueEntry {
  constraint?:
    | { type: 'start_date'; start_date: string }
    | { type: 'time_of_date'; start_time: string; end_time: string };
  prices: Readonly<Record<string, CataloguePrice | undefined>>;
}

export interface CatalogueProvider {
  id: string;
  fallback_model_providers?: readonly string[];
  models: readonly {
    id: string;
    match: CatalogueMatch;
    prices: CatalogueEntry['prices'] | readonly CatalogueEntry[];
  }[];
}

/** Prices of what a usage object does not count (minutes of audio, pages, storage) are left out: no call could be priced by them. */
const UNITS: Readonly<Record<string, PriceUnit>> = {
  input_mtok: 'input',
  cache_read_mtok: 'cache_read',
  cache_write_mtok: 'cache_write_5m',
  cache_write_1h_mtok: 'cache_write_1h',
  input_audio_mtok: 'audio_input',
  input_image_mtok: 'image_input',
  output_mtok: 'output',
  output_reasoning_mtok: 'reasoning',
  output_audio_mtok: 'audio_output',
  output_image_mtok: 'image_output',
  web_searches_kcount: 'web_search',
  requests_kcount: 'request',
};

/** A price of the list before it has a number. */
export type ListedPrice = Omit<PriceRow, 'id' | 'revision' | 'kind'>;

/** @throws Error where an entry is of a form that is not known here: better no list than a wrong one */
export function fromCatalogue(
  providers: readonly CatalogueProvider[],
  source: string,
): { prices: ListedPrice[]; names: ModelName[] } {
  return {
    prices: providers.flatMap((provider) =>
      provider.models.flatMap((model) => {
        const named = { provider: provider.id, model: model.id.toLowerCase(), source };
        const { prices } = model;
        return isDated(prices)
          ? datedPrices(named, prices)
          : pricesOf(named, prices, SINCE_EVER, 0, DAY_MINUTES);
      }),
    ),
    names: providers.flatMap((provider) => namesOf(provider, source)),
  };
}

type Named = Pick<ListedPrice, 'provider' | 'model' | 'source'>;

function isDated(
  prices: CatalogueEntry['prices'] | readonly CatalogueEntry[],
): prices is readonly CatalogueEntry[] {
  return Array.isArray(prices);
}

/** The last entry whose constraint holds is the catalogue's price; hours belong to the last date before them. */
function datedPrices(named: Named, entries: readonly CatalogueEntry[]): ListedPrice[] {
  const rows: ListedPrice[] = [];
  let validFrom = SINCE_EVER;
  let before: ListedPrice[] = [];
  for (const { constraint, prices } of entries) {
    if (constraint?.type === 'time_of_date') {
      const [from, until] = [constraint.start_time, constraint.end_time].map(minuteOfDay);
      rows.push(...pricesOf(named, prices, validFrom, from ?? 0, until ?? 0));
      continue;
    }
    if (constraint !== undefined) validFrom = `${constraint.start_date}T00:00:00Z`;
    const now = pricesOf(named, prices, validFrom, 0, DAY_MINUTES);
    rows.push(...changed(before, now), ...withdrawn(before, now, validFrom));
    before = now;
  }
  return rows;
}

function changed(before: readonly ListedPrice[], now: readonly ListedPrice[]): ListedPrice[] {
  return now.filter((row) => sameIn(before, row)?.priceUsd !== row.priceUsd);
}

/** What had a price before a date and has none from it on. */
function withdrawn(
  before: readonly ListedPrice[],
  now: readonly ListedPrice[],
  validFrom: string,
): ListedPrice[] {
  return before
    .filter((row) => sameIn(now, row) === undefined)
    .map((row) => ({ ...row, validFrom, priceUsd: null }));
}

function sameIn(rows: readonly ListedPrice[], row: ListedPrice): ListedPrice | undefined {
  return rows.find(
    ({ unit, aboveInputTokens }) => unit === row.unit && aboveInputTokens === row.aboveInputTokens,
  );
}

function pricesOf(
  named: Named,
  prices: CatalogueEntry['prices'],
  validFrom: string,
  fromMinute: number,
  untilMinute: number,
): ListedPrice[] {
  return Object.entries(prices).flatMap(([name, price]) => {
    const unit = UNITS[name];
    if (unit === undefined || price === undefined) return [];
    const bands: [aboveInputTokens: number, price: number][] =
      typeof price === 'number'
        ? [[0, price]]
        : [[0, price.base], ...price.tiers.map((t) => [t.start, t.price] as [number, number])];
    return bands.map(([aboveInputTokens, usd]) => ({
      ...named,
      unit,
      serviceTier: 'standard' as const,
      region: '',
      aboveInputTokens,
      fromMinute,
      untilMinute,
      validFrom,
      priceUsd: String(usd),
    }));
  });
}

function minuteOfDay(time: string): number {
  const match = /^(\d{2}):(\d{2}):00Z$/.exec(time);
  if (match === null)
    throw new Error(`the catalogue has an hour of the day it had not before: ${time}`);
  return Number(match[1]) * 60 + Number(match[2]);
}

/** The names that the catalogue itself lists, and where it looks when a provider sells the models of another. */
function namesOf(provider: CatalogueProvider, source: string): ModelName[] {
  const at = { validFrom: SINCE_EVER, source };
  const ids = new Set(provider.models.map(({ id }) => id.toLowerCase()));
  const names = new Map<string, ModelName>();
  for (const { id, match } of provider.models) {
    for (const name of namesToTry(provider.id, id, match)) {
      // A model's own id is the model, and of two that list a name the catalogue takes the first.
      if (ids.has(name) || names.has(name) || !isFirst(provider, id, name)) continue;
      names.set(name, {
        ...at,
        provider: provider.id,
        name,
        match: 'exact',
        modelProvider: provider.id,
        model: id.toLowerCase(),
        priceStatus: 'priced',
      });
    }
  }
  const families = (provider.fallback_model_providers ?? []).map(
    (modelProvider): ModelName => ({
      ...at,
      provider: provider.id,
      name: '',
      match: 'family',
      modelProvider,
      model: '',
      priceStatus: 'inferred',
    }),
  );
  return [...names.values(), ...families];
}

/**
 * What a cross-region inference profile puts before a model's id on Bedrock; `regional.` is the catalogue's own word for them.
 * https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
 */
const PROFILES = ['us', 'us-gov', 'eu', 'apac', 'jp', 'au', 'ca', 'sa', 'global'].map(
  (geography) => `${geography}.`,
);

/** On Bedrock the catalogue names a part of the id: it is the same model under every profile for which it finds no other. */
function namesToTry(provider: string, id: string, match: CatalogueMatch): string[] {
  const names = listedNames(match);
  if (provider !== 'aws') return names;
  return [...names, id.toLowerCase().replace(/^(?:regional|global)\./, '')].flatMap((name) =>
    PROFILES.some((profile) => name.startsWith(profile))
      ? [name]
      : [name, ...PROFILES.map((profile) => profile + name)],
  );
}

/** Whether this is the model that the catalogue finds under a name. */
function isFirst(provider: CatalogueProvider, id: string, name: string): boolean {
  return provider.models.find(({ match }) => matches(match, name))?.id === id;
}

/** Every whole name that a match spells out. What may follow a beginning is not for the catalogue to say: see model-ids.ts. */
function listedNames(match: CatalogueMatch): string[] {
  if ('or' in match) return match.or.flatMap(listedNames);
  if ('equals' in match) return [match.equals.toLowerCase()];
  if ('starts_with' in match) return [match.starts_with.toLowerCase()];
  if ('contains' in match) return [match.contains.toLowerCase()];
  return [];
}

function matches(match: CatalogueMatch, name: string): boolean {
  if ('or' in match) return match.or.some((part) => matches(part, name));
  if ('and' in match) return match.and.every((part) => matches(part, name));
  if ('equals' in match) return name === match.equals.toLowerCase();
  if ('starts_with' in match) return name.startsWith(match.starts_with.toLowerCase());
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase());
  if ('contains' in match) return name.includes(match.contains.toLowerCase());
  return new RegExp(match.regex, 'i').test(name);
}
