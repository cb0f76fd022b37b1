/** What a price list says: dated prices, and the names under which models answer. Nothing here is ever changed, only added. */

/** What providers bill for, with how many of it a price is for. Tokens are priced by the million, the rest by the thousand. */
export const PRICE_UNITS = {
  input: 1_000_000,
  cache_read: 1_000_000,
  /** Written to a cache of five minutes, or of the provider's only lifetime. */
  cache_write_5m: 1_000_000,
  cache_write_1h: 1_000_000,
  audio_input: 1_000_000,
  image_input: 1_000_000,
  output: 1_000_000,
  /** Where a provider bills reasoning apart from other output. */
  reasoning: 1_000_000,
  audio_output: 1_000_000,
  image_output: 1_000_000,
  web_search: 1_000,
  request: 1_000,
} as const satisfies Record<string, 1_000_000 | 1_000>;

export type PriceUnit = keyof typeof PRICE_UNITS;

/** What is charged, or asked for, as another unit as long as it has no price of its own: see price-call.ts. */
export const PART_OF: Readonly<Partial<Record<PriceUnit, PriceUnit>>> = {
  cache_read: 'input',
  cache_write_5m: 'input',
  cache_write_1h: 'input',
  image_input: 'input',
  request: 'input',
  reasoning: 'output',
};

export const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority', 'fast'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** The public price, or one that was negotiated and takes its place. FOCUS: ListUnitPrice and ContractedUnitPrice. */
export type PriceKind = 'list' | 'contracted';

/** From when a price without a date holds: the price list does not say since when, so since ever. */
export const SINCE_EVER = '1970-01-01T00:00:00Z';

/** A price without hours holds from minute 0 until this one. */
export const DAY_MINUTES = 1_440;

/** The price of one unit, from an instant on, until another row with the same key begins. */
export interface PriceRow {
  /** Of the row in Postgres; in the built-in list, its position. A call keeps those that it was priced with. */
  id: number;
  kind: PriceKind;
  provider: string;
  model: string;
  unit: PriceUnit;
  serviceTier: ServiceTier;
  /** Where the call was served, in the provider's own words; empty: wherever no other row names the region; `*`: in every region that a call states and no other row names. */
  region: string;
  /** The whole call has this price when its input is larger; 0: from the first token on. */
  aboveInputTokens: number;
  /** Minutes of the UTC day, half-open; 0 to 1440: all day. */
  fromMinute: number;
  untilMinute: number;
  /** RFC 3339, UTC. */
  validFrom: string;
  /** Of rows with the same key and `validFrom`, the highest corrects the others. */
  revision: number;
  /** US dollars for `PRICE_UNITS[unit]` of it, a decimal string; null: from here on without a price. */
  priceUsd: string | null;
  /** Where the price was read: an address, or a catalogue with its version. */
  source: string;
}

/** Another name of a model, or a rule that says where a price is to be found. */
export interface ModelName {
  provider: string;
  name: string;
  /** `exact`: this name. `family`: every name that begins so, with what follows put behind `model`. */
  match: 'exact' | 'family';
  /** Where the prices stand. */
  modelProvider: string;
  model: string;
  /** `priced`: the provider itself calls the model so. `inferred`: somebody says that its prices hold for this name. */
  priceStatus: 'priced' | 'inferred';
  validFrom: string;
  source: string;
}

export interface PriceList {
  prices: readonly PriceRow[];
  names: readonly ModelName[];
}
