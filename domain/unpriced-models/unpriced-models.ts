/** The models among calls that have no price, each with what there is to do about it. */
import type { PriceBook } from '../pricing/price-book.ts';
import type { NoPrice } from '../pricing/price-call.ts';
import { type AskedCall, priceUsage } from '../pricing/price-usage.ts';
import { askedCall, type StoredCall, storedUsage } from '../pricing/stored-call.ts';
import { type WhyUnpriced, whyUnpriced } from '../pricing/why-unpriced.ts';
import { detailOf } from './detail.ts';

export interface UnpricedKey {
  provider: string;
  model: string;
  /** Whether a price would help, or nothing in the list can. */
  cause: 'price' | 'usage';
  /** Of a price: for what. `tier:scale`, `region:us`, `unit:audio_input`; empty: the model itself. */
  detail: string;
}

export interface UnpricedModel extends UnpricedKey {
  /** Of the first call: whoever wrote it knows what the model is. */
  feature: string;
  /** Found when it is asked for, by a search through the whole list: few of many models are shown. */
  readonly why: WhyUnpriced;
}

export class UnpricedModels {
  readonly #book: PriceBook;
  readonly #models = new Map<string, UnpricedModel>();

  /** @param book that had no price for the calls */
  constructor(book: PriceBook) {
    this.#book = book;
  }

  /** @param call whose status is `unpriced` */
  add(call: StoredCall & { feature: string }): void {
    const asked = askedCall(call);
    const price = noPriceOf(call, asked, this.#book);
    const { provider, model, feature } = call;
    const cause = price.reason.startsWith('usage_') ? 'usage' : 'price';
    const detail = detailOf(price, call);
    const key = unpricedKey({ provider, model, cause, detail });
    if (this.#models.has(key)) return;
    const book = this.#book;
    this.#models.set(key, {
      ...{ provider, model, cause, detail, feature },
      get why() {
        return whyUnpriced(price, asked, book.prices());
      },
    });
  }

  list(): UnpricedModel[] {
    return [...this.#models.values()];
  }
}

function noPriceOf(call: StoredCall, asked: AskedCall, book: PriceBook): NoPrice {
  const usage = storedUsage(call);
  const price = usage && priceUsage(book, asked, usage);
  if (price?.priceStatus === 'unpriced') return price;
  // What ingest saw in the whole object is not in the row.
  return { priceStatus: 'unpriced', reason: 'usage_unread', unreadKeys: ['its usage object'] };
}

/** Of no two models, causes or details the same. */
export function unpricedKey({ provider, model, cause, detail }: UnpricedKey): string {
  return JSON.stringify([provider, model, cause, detail]);
}
