/** Why a stored call costs what it costs: its counts × the rows it was priced with, and whether that still is its cost. */
import { formatPicoUsd, parsePicoUsd } from '../money.ts';
import { knownIds } from '../pricing/model-ids.ts';
import { PriceBook } from '../pricing/price-book.ts';
import type { NoPrice, Price, PriceLine } from '../pricing/price-call.ts';
import {
  type ModelName,
  type PriceList,
  type PriceRow,
  SINCE_EVER,
} from '../pricing/price-list.ts';
import { priceUsage } from '../pricing/price-usage.ts';
import { priceListProvider } from '../pricing/provider-names.ts';
import { askedCall, type StoredCall, storedUsage } from '../pricing/stored-call.ts';

export interface Explanation {
  /** What the list made of the call when it was priced: its cost, or what stands beside the cost that was stated. */
  ours: string | null;
  /** Stored counts × stored rows. Empty: no price, or the rows were not kept. */
  lines: readonly PriceLine[];
  /** What the lines come to; null where there are none to add. */
  recomputed: string | null;
  /** Whether that is `ours`, to the last digit; null where there is nothing to compare. */
  agrees: boolean | null;
  /** What the list as it is now makes of the same counts; 'no usage' where there are none. */
  today: Price | NoPrice | 'no usage';
  /** Whether a new pricing would change what is stored. */
  isOutdated: boolean;
}

/** @param used the rows of the price list that the call names */
export function explain(call: StoredCall, used: readonly PriceRow[], book: PriceBook): Explanation {
  const usage = storedUsage(call);
  const ours = call.price_status === 'provider' ? call.computed_cost_usd : call.cost_usd;
  const today = usage === undefined ? 'no usage' : priceUsage(book, askedCall(call), usage);
  const again = usage === undefined ? undefined : priceWith(used, call, usage);
  const recomputed = again === undefined ? null : formatPicoUsd(again.cost);
  const [first] = used;
  return {
    ours,
    lines: again?.lines ?? [],
    recomputed,
    agrees: ours === null || first === undefined ? null : isSame(recomputed, ours),
    today,
    isOutdated: today !== 'no usage' && !isSame(costOf(today), ours),
  };
}

/** By a list of these rows alone, and the name, if any, that led from the call's own to theirs. */
function priceWith(
  rows: readonly PriceRow[],
  call: StoredCall,
  usage: NonNullable<ReturnType<typeof storedUsage>>,
): Price | undefined {
  if (rows.length === 0) return undefined;
  const provider = priceListProvider(call.provider);
  const ids = knownIds(provider, call.model);
  const isOwn = (row: PriceRow) => row.provider === provider && ids.includes(row.model);
  // Beside the prices of another model there may be a contract on the call's own name.
  const own = rows.find(isOwn);
  const led = rows.find((row) => !isOwn(row));
  const name = own?.model ?? ids[0] ?? '';
  const list: PriceList = {
    prices: rows,
    names: led === undefined ? [] : [nameOf({ provider, name }, led)],
  };
  const price = priceUsage(new PriceBook(list), askedCall(call), usage);
  return price.priceStatus === 'unpriced' ? undefined : price;
}

function nameOf(
  { provider, name }: Pick<ModelName, 'provider' | 'name'>,
  { provider: modelProvider, model, source }: PriceRow,
): ModelName {
  return {
    ...{ provider, name, match: 'exact', modelProvider, model },
    ...{ priceStatus: 'priced', validFrom: SINCE_EVER, source },
  };
}

function costOf(price: Price | NoPrice): string | null {
  return price.priceStatus === 'unpriced' ? null : formatPicoUsd(price.cost);
}

/** As amounts: a database may print fewer zeros. */
function isSame(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  return parsePicoUsd(a) === parsePicoUsd(b);
}
