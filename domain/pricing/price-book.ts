/**
 * Finds the rates of a call in a price list: those of its model, tier and region, as of its start. Looking up is remembered per
 * stretch of time between two changes of any price, so that a call costs a map look-up and not a search.
 */
import { parseDecimal, rescale } from '../money.ts';
import { isAnywhere } from '../usage/served-by.ts';
import { knownIds } from './model-ids.ts';
import {
  type ModelName,
  PART_OF,
  PRICE_UNITS,
  type PriceList,
  type PriceRow,
  type PriceUnit,
  type ServiceTier,
} from './price-list.ts';
import { priceListProvider } from './provider-names.ts';
import { EVERY_REGION, hasOnePriceEverywhere } from './regions.ts';
import { TUNED, tunedBase } from './tuned-models.ts';

export interface Served {
  provider: string;
  /** The model that answered. */
  model: string;
  serviceTier: ServiceTier;
  /** Empty: not said. */
  region: string;
  at: Date;
}

export interface Rate {
  row: PriceRow;
  /** US dollars for one of the unit, an exact decimal. */
  usdEach: { digits: bigint; scale: number };
  /** The size of input above which the standard list of the model has another price and this tier or region has none. */
  upToInputTokens: number;
}

export interface Rates {
  priceStatus: 'priced' | 'inferred';
  /** Where the prices stand. */
  provider: string;
  model: string;
  /** The name or rule by which the model was found; absent: by its own id. */
  via?: ModelName;
  /** The call's own name, whose contracts go before every price of the model that it leads to. */
  calledAs: string;
  /** Where a family leads: the longer form of the model's name that somebody has a contract on. It goes next. */
  agreedAs?: string | undefined;
  /** Per unit, the bands of input size and hours of the day; never empty. */
  units: ReadonlyMap<PriceUnit, readonly Rate[]>;
  /** What is charged apart: such a unit must not be taken for another where the tier has no rate for it. */
  ownUnits: ReadonlySet<PriceUnit>;
}

export type Unlisted = 'model_unlisted' | 'tier_unlisted' | 'region_unlisted';

/** Two things that cannot be part of a name. */
const SEPARATOR = '\n';
const MEMORY_LIMIT = 20_000;
/** What calls may have behind a name: of each kind one. */
const SUFFIXES = ['-latest', '-2026-01-01', '-v1:0', '-001'];

type Found = Pick<Rates, 'provider' | 'model' | 'via' | 'calledAs' | 'agreedAs'>;

export class PriceBook {
  readonly #prices = new Map<string, PriceRow[]>();
  readonly #names = new Map<string, ModelName[]>();
  readonly #families = new Map<string, ModelName[]>();
  /** Per provider, its prices of a region. */
  readonly #regional: ReadonlyMap<string, PriceRow[]>;
  /** When any price or name begins, ascending, in ms. */
  readonly #changes: readonly number[];
  readonly #memory = new Map<string, Rates | Unlisted>();
  #ids: ReadonlyMap<string, string[]> | undefined;

  constructor({ prices, names }: PriceList) {
    for (const row of prices) append(this.#prices, key(row.provider, row.model), row);
    this.#regional = Map.groupBy(prices.filter(isOfRegion), (row) => row.provider);
    for (const name of names) {
      if (name.match === 'exact') append(this.#names, key(name.provider, name.name), name);
      else append(this.#families, name.provider, name);
    }
    const begins = [...prices, ...names].map(({ validFrom }) => Date.parse(validFrom));
    this.#changes = [...new Set(begins)].sort((a, b) => a - b);
  }

  /** All that were given. */
  prices(): PriceRow[] {
    return [...this.#prices.values()].flat();
  }

  ratesFor(served: Served): Rates | Unlisted {
    const epoch = this.#epoch(served.at.getTime());
    const memoryKey = [
      served.provider,
      served.model,
      served.serviceTier,
      served.region,
      String(epoch),
    ].join(SEPARATOR);
    const known = this.#memory.get(memoryKey);
    if (known !== undefined) return known;
    const rates = this.#lookUp(served);
    // Names come from outside: a producer that invents a model per call must not fill the memory.
    if (this.#memory.size >= MEMORY_LIMIT) this.#memory.clear();
    this.#memory.set(memoryKey, rates);
    return rates;
  }

  /**
   * Whether any call that started before an instant had a price for which a price or name of this very name would take over: by the name
   * itself or a shorter one, or by a family or a contract, also under a longer form of the name.
   */
  hasPriceBefore(provider: string, model: string, instant: string): boolean {
    const beforeMs = Date.parse(instant);
    const changes = this.#changes.filter((atMs) => atMs < beforeMs);
    if (changes.length === 0) return false;
    return this.#callsOf(provider, model).some((called) =>
      changes.some((atMs) => {
        const found = this.#find(called.provider, called.model, atMs);
        if (found === undefined || effectiveRows(this.#rowsOf(found), atMs).length === 0) {
          return false;
        }
        const isIt = called.provider === provider && called.model === model;
        return isIt || !this.#isFoundBefore(found, called.model, { provider, model }, atMs);
      }),
    );
  }

  /** Whether a call was found by something that is looked for before the name. */
  #isFoundBefore(
    { provider, model, via }: Found,
    called: string,
    name: { provider: string; model: string },
    atMs: number,
  ): boolean {
    if (via?.match === 'exact') return true;
    const isListed = isListedAt(this.#prices.get(key(provider, model)) ?? [], atMs);
    if (via === undefined) return isListed && (provider !== name.provider || called !== name.model);
    const isLonger = model !== name.model && knownIds(provider, model).includes(name.model);
    return isListed && provider === name.provider && isLonger;
  }

  /** What calls may say that a name is looked for: itself, longer forms of it, and what a family makes of these. */
  #callsOf(provider: string, model: string): { provider: string; model: string }[] {
    const families = [...this.#families.values()].flat();
    const led = families
      .filter((family) => family.provider === provider)
      .flatMap((family) =>
        this.#idsOf(family.modelProvider)
          .filter((id) => id.startsWith(family.model))
          .map((id) => family.name + id.slice(family.model.length)),
      );
    const longer = [...this.#idsOf(provider), ...led, ...SUFFIXES.map((suffix) => model + suffix)];
    const forms = new Set([
      model,
      ...longer.filter((id) => id.startsWith(model) && knownIds(provider, id).includes(model)),
    ]);
    return [...forms].flatMap((form) => [
      { provider, model: form },
      ...families
        .filter((family) => family.modelProvider === provider && form.startsWith(family.model))
        .map((family) => ({
          provider: family.provider,
          model: family.name + form.slice(family.model.length),
        })),
    ]);
  }

  /** Of a provider, models with prices and other names. */
  #idsOf(provider: string): string[] {
    this.#ids ??= Map.groupBy([...this.#prices.keys(), ...this.#names.keys()], (at) =>
      at.slice(0, at.indexOf(SEPARATOR)),
    );
    return (this.#ids.get(provider) ?? []).map((at) => at.slice(at.indexOf(SEPARATOR) + 1));
  }

  /** Of the model, and of contracts on names that go before it. */
  #rowsOf(found: Found): PriceRow[] {
    const at = key(found.provider, found.model);
    const contracts = namesOf(found)
      .filter((name) => name !== at)
      .flatMap((name) => this.#prices.get(name) ?? [])
      .filter(isContracted);
    return [...(this.#prices.get(at) ?? []), ...contracts];
  }

  /** How many changes there were before the instant: between two of them, every price holds. */
  #epoch(atMs: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle] ?? 0) <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lookUp({ provider, model, serviceTier, region, at }: Served): Rates | Unlisted {
    const asked = priceListProvider(provider);
    const found = this.#find(asked, model, at.getTime());
    if (found === undefined) return 'model_unlisted';
    const led = this.#prices.get(key(found.provider, found.model)) ?? [];
    const rows = effectiveRows(this.#rowsOf(found), at.getTime());
    if (rows.length === 0) return 'model_unlisted';
    const inTier = rows.filter((row) => row.serviceTier === serviceTier);
    if (inTier.length === 0) return 'tier_unlisted';
    const where = this.#whereOf(found, led, { region, serviceTier, at, asked, model });
    const units = ratesByUnit(inTier, where, found, rows);
    if (units.size === 0) return 'region_unlisted';
    const ownUnits = unitsChargedApart(rows, units, found);
    return { priceStatus: found.via?.priceStatus ?? 'priced', ...found, units, ownUnits };
  }

  #whereOf(
    found: Found,
    led: readonly PriceRow[],
    { region, serviceTier, at, asked, model: called }: Omit<Served, 'provider'> & { asked: string },
  ): Where {
    const { provider, model, via, calledAs } = found;
    const place = region.toLowerCase();
    const isStated = !isAnywhere(place);
    const isOfOnePrice =
      !isStated || hasOnePriceEverywhere({ provider: asked, model: called }, found);
    const isPricedApart = (test: (row: PriceRow) => boolean) => {
      if (isOfOnePrice) return false;
      const inTier = led.filter((row) => row.serviceTier === serviceTier);
      // Before the first price of a region there was one price everywhere. From then on, who has one for a model may have one for
      // any: that of no region would be a guess, and most likely too low.
      const since = beginning(inTier, test) ?? beginning(this.#regional.get(provider) ?? [], test);
      return since !== undefined && since <= at.getTime();
    };
    // Not a longer form of a listed id, nor a name that the provider itself has for one: these have the prices of their model.
    const isOfNoList =
      via === undefined ? calledAs === key(provider, model) : via.priceStatus !== 'priced';
    const isOwnName = isOfNoList && !isListedAt(this.#prices.get(calledAs) ?? [], at.getTime());
    return {
      ...{ region: place, isStated, asked, isApart: isPricedApart(isOfRegion) },
      ...{
        isNamedApart: isPricedApart(isOfNamedRegion),
        ownName: isOwnName ? calledAs : undefined,
      },
    };
  }

  #find(provider: string, model: string, atMs: number): Found | undefined {
    const ids = knownIds(provider, model);
    let contracted: string | undefined;
    for (const id of ids) {
      const rows = this.#prices.get(key(provider, id)) ?? [];
      // A contract on the name as called holds whatever the name leads to; the list has the prices that it does not name.
      if (rows.some(isContracted)) contracted ??= id;
      const calledAs = key(provider, contracted ?? id);
      // A name that somebody gave comes before the list's own id: that is how a wrong entry is set right.
      const via = latest(this.#names.get(key(provider, id)) ?? [], atMs);
      if (via !== undefined)
        return { provider: via.modelProvider, model: via.model, via, calledAs };
      if (isListedAt(rows, atMs)) return { provider, model: id, calledAs };
    }
    const calledAs = key(provider, contracted ?? ids[0] ?? '');
    const found = this.#findByFamily(provider, ids[0] ?? '', atMs);
    if (found !== undefined) return { ...found, calledAs };
    return contracted === undefined ? undefined : { provider, model: contracted, calledAs };
  }

  /** The longest family wins. What a family leads to is looked for by its own names, and not by another family. */
  #findByFamily(provider: string, id: string, atMs: number): Omit<Found, 'calledAs'> | undefined {
    const matching = (this.#families.get(provider) ?? [])
      .filter((family) => id.startsWith(family.name) && Date.parse(family.validFrom) <= atMs)
      .sort((a, b) => b.name.length - a.name.length || byBeginning(b, a));
    for (const via of matching) {
      const named = via.name === TUNED ? tunedBase(id) : id;
      if (named === undefined) continue;
      const { modelProvider: seller } = via;
      let agreed: { model: string; contracts: PriceRow[] } | undefined;
      for (const target of knownIds(seller, via.model + named.slice(via.name.length))) {
        const contracts = (this.#prices.get(key(seller, target)) ?? []).filter(isContracted);
        // As for a call of that very name: the list has the prices that the contract does not name, and those before and after it.
        if (contracts.length > 0) agreed ??= { model: target, contracts };
        const name = latest(this.#names.get(key(seller, target)) ?? [], atMs);
        const at = name ?? { modelProvider: seller, model: target };
        if (via.name === TUNED && isUntuned(at.model, name)) continue;
        const rows = this.#prices.get(key(at.modelProvider, at.model)) ?? [];
        if (isListedAt(rows, atMs) || (name !== undefined && rows.some(isContracted))) {
          const agreedAs = agreed && key(seller, agreed.model);
          return { provider: at.modelProvider, model: at.model, via, agreedAs };
        }
      }
      if (agreed !== undefined && effectiveRows(agreed.contracts, atMs).length > 0) {
        return { provider: seller, model: agreed.model, via };
      }
    }
    return undefined;
  }
}

/** Whether a name of something tuned leads to a model that is not, and nobody said that it has its prices. */
function isUntuned(model: string, name: ModelName | undefined): boolean {
  return !model.startsWith(TUNED) && name?.priceStatus !== 'inferred';
}

function key(provider: string, model: string): string {
  return provider + SEPARATOR + model;
}

function append<Value>(map: Map<string, Value[]>, at: string, value: Value): void {
  const list = map.get(at);
  if (list === undefined) map.set(at, [value]);
  else list.push(value);
}

function byBeginning(a: { validFrom: string }, b: { validFrom: string }): number {
  return Date.parse(a.validFrom) - Date.parse(b.validFrom);
}

/** The last to begin by then; of those that begin together, the last one given. */
function latest(names: readonly ModelName[], atMs: number): ModelName | undefined {
  return names
    .filter(({ validFrom }) => Date.parse(validFrom) <= atMs)
    .reduce<ModelName | undefined>(
      (last, name) => (last !== undefined && byBeginning(name, last) < 0 ? last : name),
      undefined,
    );
}

/** Of every key, the row that holds at the instant. */
function effectiveRows(rows: readonly PriceRow[], atMs: number): PriceRow[] {
  const holding = new Map<string, PriceRow>();
  for (const row of rows) {
    if (Date.parse(row.validFrom) > atMs) continue;
    const rowKey = priceKey(row);
    const other = holding.get(rowKey);
    if (other === undefined || byBeginning(row, other) > 0 || corrects(row, other)) {
      holding.set(rowKey, row);
    }
  }
  return [...holding.values()].filter(({ priceUsd }) => priceUsd !== null);
}

function corrects(row: PriceRow, other: PriceRow): boolean {
  return byBeginning(row, other) === 0 && row.revision > other.revision;
}

/** What makes two rows the price of the same thing, at different times. */
export function priceKey(row: PriceRow): string {
  return [
    row.kind,
    row.provider,
    row.model,
    row.unit,
    row.serviceTier,
    row.region,
    row.aboveInputTokens,
    row.fromMinute,
    row.untilMinute,
  ].join(SEPARATOR);
}

/** Whether the price is one of a contract on the call's own name, not on a model that the name leads to. */
export function isOwnContract(row: PriceRow, calledAs: string): boolean {
  return isContracted(row) && key(row.provider, row.model) === calledAs;
}

/** Whether the provider itself prices a region apart. */
export function isOfRegion({ kind, region }: PriceRow): boolean {
  return kind === 'list' && region !== '';
}

/** Whether the provider prices this very region, and not only every one. */
export function isOfNamedRegion(row: PriceRow): boolean {
  return isOfRegion(row) && row.region !== EVERY_REGION;
}

/** When the first of some rows begins, in ms; undefined: there is none. */
function beginning(
  rows: readonly PriceRow[],
  test: (row: PriceRow) => boolean,
): number | undefined {
  const begins = rows.filter(test).map((row) => Date.parse(row.validFrom));
  return begins.length === 0 ? undefined : begins.reduce((a, b) => Math.min(a, b));
}

/** Whether the list had begun to say what the model costs: until then its name may stand for another. */
function isListedAt(rows: readonly PriceRow[], atMs: number): boolean {
  return rows.some(({ kind, validFrom }) => kind === 'list' && Date.parse(validFrom) <= atMs);
}

/** Whether it is a price that somebody has agreed, and not one of the list. */
export function isContracted({ kind }: PriceRow): boolean {
  return kind === 'contracted';
}

interface Where {
  region: string;
  isStated: boolean;
  /** Whether a price without a region may be another than that of this one. */
  isApart: boolean;
  /** Whether it may be because the provider prices regions by their names, which a contract without one does not say. */
  isNamedApart: boolean;
  /** The provider that the call names. */
  asked: string;
  /** The call's own name, where only contracts have prices of it: no region of it has another price. */
  ownName: string | undefined;
}

function ratesByUnit(
  rows: readonly PriceRow[],
  where: Where,
  found: Found,
  allRows: readonly PriceRow[],
): Map<PriceUnit, Rate[]> {
  const units = new Map<PriceUnit, Rate[]>();
  for (const [unit, ofUnit] of Map.groupBy(rows, (row) => row.unit)) {
    const here = rowsAt(ofUnit, where);
    if (here.length === 0) continue;
    const own = namesOf(found)
      .map((name) => here.filter((row) => isOwnContract(row, name)))
      .find((contracts) => contracts.length > 0);
    const rates = toRates(own ?? here, sizesOf(unit, allRows));
    units.set(unit, rates.sort(narrowestFirst));
  }
  return units;
}

/**
 * What has a price of its own in any tier. In one where the list has none of a part, a contract of the call's own name on the whole
 * is one on the part, too, unless another contract of it tells them apart.
 */
function unitsChargedApart(
  rows: readonly PriceRow[],
  rates: ReadonlyMap<PriceUnit, readonly Rate[]>,
  found: Found,
): ReadonlySet<PriceUnit> {
  const isOwn = (row: PriceRow) => namesOf(found).some((name) => isOwnContract(row, name));
  const isAgreed = (unit: PriceUnit) => rates.get(unit)?.some(({ row }) => isOwn(row)) ?? false;
  const apart = rows.filter((row) => {
    const whole = PART_OF[row.unit];
    return rates.has(row.unit) || isOwn(row) || whole === undefined || !isAgreed(whole);
  });
  return new Set(apart.map(({ unit }) => unit));
}

/** Whose contracts go before every other price, the first of all. */
function namesOf({ calledAs, agreedAs }: Found): string[] {
  return agreedAs === undefined || agreedAs === calledAs ? [calledAs] : [calledAs, agreedAs];
}

interface Reach {
  isContract: boolean;
  /** A contract on a name that nobody else has prices of. */
  isOwnName: boolean;
  /** Of the very region, or of none where the call states none. */
  isHere: boolean;
  isEvery: boolean;
  isAnywhere: boolean;
}

/** Which of a unit's prices goes before which: the first that has any holds. */
const PRECEDENCE: readonly ((reach: Reach, where: Where) => boolean)[] = [
  ({ isContract, isHere }) => isContract && isHere,
  ({ isOwnName, isEvery }) => isOwnName && isEvery,
  ({ isOwnName, isAnywhere }) => isOwnName && isAnywhere,
  ({ isContract, isHere }) => !isContract && isHere,
  ({ isContract, isEvery }) => isContract && isEvery,
  ({ isContract, isAnywhere }, { isNamedApart }) => isContract && isAnywhere && !isNamedApart,
  ({ isEvery }) => isEvery,
  ({ isAnywhere }, { isApart }) => isAnywhere && !isApart,
];

/** Of one unit. */
function rowsAt(rows: readonly PriceRow[], where: Where): PriceRow[] {
  const { region, isStated, asked, ownName } = where;
  const reached = rows.map((row): [PriceRow, Reach] => [
    row,
    {
      isContract: isContracted(row),
      isOwnName: ownName !== undefined && isOwnContract(row, ownName),
      isHere: row.region === region,
      // What a provider takes for its own regions says nothing of those of another that sells its models.
      isEvery: isStated && row.region === EVERY_REGION && row.provider === asked,
      isAnywhere: row.region === '',
    },
  ]);
  for (const goesFirst of PRECEDENCE) {
    const here = reached.filter(([, reach]) => goesFirst(reach, where));
    if (here.length > 0) return here.map(([row]) => row);
  }
  return [];
}

/** Sizes of input that the model's first price list tells apart: a tier or region that has fewer lacks a price. */
function sizesOf(unit: PriceUnit, rows: readonly PriceRow[]): number[] {
  return rows
    .filter((row) => row.unit === unit && row.serviceTier === 'standard' && row.region === '')
    .filter((row) => !isContracted(row))
    .map((row) => row.aboveInputTokens);
}

/**
 * A tier or region with several sizes need not have them where the first list has: only above its largest it may lack a price.
 * A contract says its own sizes: what the list has does not bound it.
 */
function toRates(rows: readonly PriceRow[], sizes: readonly number[]): Rate[] {
  const largest = Math.max(...rows.map((row) => row.aboveInputTokens));
  const lacking = Math.min(...sizes.filter((size) => size > largest), Number.POSITIVE_INFINITY);
  return rows.map((row) => toRate(row, isContracted(row) ? Number.POSITIVE_INFINITY : lacking));
}

function toRate(row: PriceRow, upToInputTokens: number): Rate {
  const price = parseDecimal(row.priceUsd ?? '');
  if (price === undefined) {
    throw new RangeError(`price ${row.id} is ${row.priceUsd}, not a decimal number`);
  }
  return { row, usdEach: rescale(price, PRICE_UNITS[row.unit]), upToInputTokens };
}

/** The first that fits a call is its rate: larger input first, then hours of the day before all day. */
function narrowestFirst({ row: a }: Rate, { row: b }: Rate): number {
  return (
    b.aboveInputTokens - a.aboveInputTokens ||
    a.untilMinute - a.fromMinute - (b.untilMinute - b.fromMinute)
  );
}

/** The rate of a unit for this call. */
export function rateOf(
  rates: readonly Rate[] | undefined,
  inputTokens: number,
  at: Date,
): Rate | undefined {
  if (rates === undefined) return undefined;
  const minute = at.getUTCHours() * 60 + at.getUTCMinutes();
  return rates.find(
    ({ row, upToInputTokens }) =>
      (row.aboveInputTokens === 0 || inputTokens > row.aboveInputTokens) &&
      inputTokens <= upToInputTokens &&
      minute >= row.fromMinute &&
      minute < row.untilMinute,
  );
}
