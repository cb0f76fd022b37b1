/** Why a feature costs more: its growth between two windows as terms that sum to it, to the pico-dollar. */
import type { PicoUsd } from '../../money.ts';
import { type Fixed, fixed, mean, times, whole } from './fixed-point.ts';
import { partsOf, totalOf } from './mix.ts';
import type { Slice, TokenPricesOf } from './slice.ts';
import { explainUnitCost } from './unit-cost.ts';

/**
 * - `calls`: more calls, at the mean of what a call cost.
 * - `prompts`: calls moved between prompts of different names.
 * - `prompt-version`: calls moved to another version of the same prompt; whatever is different about it is in here.
 * - `models`: calls of the same prompt version moved to another model or provider.
 * - `tokens`: the same prompt version on the same model uses another number of tokens a call.
 * - `cache-share`: … reads another share of its input from the cache.
 * - `price`: … pays another amount for the same tokens.
 * - `unsplit`: a call costs another amount, and tokens or prices are not known well enough to say which of the last three it is.
 */
export type Cause =
  | 'calls'
  | 'prompts'
  | 'prompt-version'
  | 'models'
  | 'tokens'
  | 'cache-share'
  | 'price'
  | 'unsplit';

export interface Term {
  cause: Cause;
  usd: PicoUsd;
  /**
   * Of the prompt, version or model that added most, and whose share grew where shares moved; empty for `calls`, and where
   * nothing fits.
   */
  slices: readonly Slice[];
  /** What these are a part of: of a version, all versions of its prompt. */
  among: readonly Slice[];
}

export interface Decomposition {
  /** Of the priced calls alone; calls without a known cost are in no term. */
  deltaUsd: PicoUsd;
  /** Largest increase first; those that are zero are left out. */
  terms: Term[];
}

/**
 * The order, in which what is left goes on to the next step: calls; within them the shares of prompts; within a prompt those of
 * its versions; within a version those of models; within a model tokens, cache share and price. At each step both factors change
 * at once, and what they do together is halved between them (Kitagawa 1955; the Shapley value of two factors), so that the result
 * does not depend on which window is looked at from which. docs/decisions/0033.
 */
export function decompose(slices: readonly Slice[], tokenPricesOf: TokenPricesOf): Decomposition {
  const before = totalOf(slices, 'previous');
  const after = totalOf(slices, 'current');
  const deltaUsd = costOf(slices, 'current') - costOf(slices, 'previous');
  const terms = new Terms();
  if (before.unitCost === undefined || after.unitCost === undefined) {
    // Nothing to compare a call's cost with: the feature is all new, or gone, or was never priced.
    terms.add('calls', fixed(deltaUsd), []);
    return { deltaUsd, terms: terms.rounded(deltaUsd) };
  }
  const unitCost = mean(before.unitCost, after.unitCost);
  terms.add('calls', times(fixed(after.pricedCalls - before.pricedCalls), unitCost), []);
  const calls = mean(fixed(before.pricedCalls), fixed(after.pricedCalls));
  for (const prompt of partsOf(slices, byPrompt, calls)) {
    terms.add('prompts', prompt.mix, prompt.gained ? prompt.slices : [], slices);
    if (prompt.weight === 0n) continue;
    for (const version of partsOf(prompt.slices, byVersion, prompt.weight)) {
      terms.add('prompt-version', version.mix, version.gained ? version.slices : [], prompt.slices);
      if (version.weight === 0n) continue;
      for (const model of partsOf(version.slices, byModel, version.weight)) {
        terms.add('models', model.mix, model.gained ? model.slices : [], version.slices);
        if (model.weight !== 0n) addUnitCost(terms, model.slices, model.weight, tokenPricesOf);
      }
    }
  }
  return { deltaUsd, terms: terms.rounded(deltaUsd) };
}

/** @param slices of one prompt version on one model: one */
function addUnitCost(
  terms: Terms,
  slices: readonly Slice[],
  weight: Fixed,
  tokenPricesOf: TokenPricesOf,
): void {
  const [slice] = slices;
  const before = totalOf(slices, 'previous').unitCost;
  const after = totalOf(slices, 'current').unitCost;
  if (slice === undefined || before === undefined || after === undefined) return;
  const prices = tokenPricesOf(slice.provider, slice.model);
  const change = explainUnitCost(slice, before, after, prices);
  if (change === undefined) {
    terms.add('unsplit', times(weight, after - before), slices);
    return;
  }
  terms.add('tokens', times(weight, change.tokens), slices);
  terms.add('cache-share', times(weight, change.cacheShare), slices);
  terms.add('price', times(weight, change.price), slices);
}

class Terms {
  readonly #terms = new Map<Cause, Omit<Term, 'cause'> & { largest: Fixed }>();

  /** @param usd fixed, until all are added */
  add(cause: Cause, usd: Fixed, slices: readonly Slice[], among = slices): void {
    const term = this.#terms.get(cause) ?? { usd: 0n, largest: 0n, slices: [], among: [] };
    term.usd += usd;
    if (slices.length > 0 && usd > term.largest) {
      Object.assign(term, { largest: usd, slices, among });
    }
    this.#terms.set(cause, term);
  }

  /** What rounding leaves over, some pico-dollars, goes to the largest term. */
  rounded(deltaUsd: PicoUsd): Term[] {
    const terms = [...this.#terms].map(([cause, { usd, slices, among }]) => ({
      ...{ cause, slices, among },
      usd: whole(usd),
    }));
    const largest = terms.reduce((a, b) => (size(b.usd) > size(a.usd) ? b : a));
    largest.usd += deltaUsd - terms.reduce((sum, { usd }) => sum + usd, 0n);
    return terms.filter(({ usd }) => usd !== 0n).sort((a, b) => (a.usd < b.usd ? 1 : -1));
  }
}

function costOf(slices: readonly Slice[], window: 'previous' | 'current'): PicoUsd {
  return slices.reduce((sum, slice) => sum + (slice[window].costUsd ?? 0n), 0n);
}

function size(amount: bigint): bigint {
  return amount < 0n ? -amount : amount;
}

/** A prompt without a name is told from others by its id alone, so all of these are versions of one. */
function byPrompt({ promptName }: Slice): string {
  return promptName ?? '';
}

function byVersion({ promptId }: Slice): string {
  return promptId;
}

function byModel({ provider, model }: Slice): string {
  return JSON.stringify([provider, model]);
}
