/** The prices of a model at an instant, from the catalogue that ships with the release. Nothing is fetched at run time. */
import { calcPrice, type MatchLogic, type ModelPrice } from '@pydantic/genai-prices';
import { isSameModel } from './model-names.ts';
import { catalogueProvider } from './provider-names.ts';

export type { ModelPrice };

const QUARTER_HOUR_MS = 15 * 60_000;
const CACHE_LIMIT = 10_000;
const cache = new Map<string, ModelPrice | undefined>();

/**
 * Looks up list prices as of the call.
 *
 * @param provider as the event names it
 * @param model the model that answered
 * @param at start of the request
 * @returns undefined when the catalogue does not know this very model
 */
export function findModelPrice(provider: string, model: string, at: Date): ModelPrice | undefined {
  // Prices change at UTC midnight, and some by the time of day on quarter hours.
  const key = `${provider}\n${model}\n${Math.floor(at.getTime() / QUARTER_HOUR_MS)}`;
  if (cache.has(key)) return cache.get(key);
  const price = lookUp(provider, model, at);
  if (cache.size >= CACHE_LIMIT) cache.clear();
  cache.set(key, price);
  return price;
}

function lookUp(provider: string, model: string, at: Date): ModelPrice | undefined {
  const found = calcPrice({ input_tokens: 0, output_tokens: 0 }, model, {
    providerId: catalogueProvider(provider),
    timestamp: at,
  });
  if (found === null) return undefined;
  const listed = isSameModel(model, found.model.id) || isNamed(model, found.model.match);
  return listed ? found.model_price : undefined;
}

/** Whether the entry lists this name to the letter, for example an alias. */
function isNamed(model: string, match: MatchLogic): boolean {
  if ('equals' in match) return isSameModel(model, match.equals);
  if ('or' in match) return match.or.some((part) => isNamed(model, part));
  return false;
}
