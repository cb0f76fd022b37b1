/** Reads a release of the catalogue of genai-prices from its JSON (data format 2), checked as far as it is used. */
import { isObject, type JsonObject } from '../json.ts';
import type { CatalogueProvider } from './from-catalogue.ts';

/** @throws Error that says where the text is not such a catalogue */
export function parseCatalogue(text: string): CatalogueProvider[] {
  const catalogue: unknown = JSON.parse(text);
  if (!Array.isArray(catalogue)) throw new Error('a catalogue is a JSON array of providers');
  return catalogue.map((provider: unknown, index) => {
    if (!isObject(provider) || typeof provider['id'] !== 'string') {
      throw new Error(`provider ${index} of the catalogue has no id`);
    }
    const { models } = provider;
    if (!Array.isArray(models)) throw new Error(`${provider['id']} in the catalogue has no models`);
    const named = models.map((model: unknown) => parseModel(String(provider['id']), model));
    return { ...provider, models: named } as unknown as CatalogueProvider;
  });
}

function parseModel(provider: string, model: unknown): JsonObject {
  if (!isObject(model) || typeof model['id'] !== 'string' || !isObject(model['match'])) {
    throw new Error(`a model of ${provider} in the catalogue has no id or no match`);
  }
  const where = `${provider} ${model['id']} in the catalogue`;
  const { prices } = model;
  if (!Array.isArray(prices)) return { ...model, prices: parsePrices(where, prices) };
  return { ...model, prices: prices.map((entry: unknown) => parseEntry(where, entry)) };
}

function parseEntry(where: string, entry: unknown): JsonObject {
  if (!isObject(entry)) throw new Error(`${where} has prices that are no object`);
  const prices = parsePrices(where, entry['prices']);
  const { constraint } = entry;
  if (constraint === undefined || constraint === null) return { prices };
  // The file leaves out the `type` that the published packages have.
  if (isObject(constraint) && isDate(constraint['start_date'])) {
    return { prices, constraint: { ...constraint, type: 'start_date' } };
  }
  if (isObject(constraint) && 'start_time' in constraint && 'end_time' in constraint) {
    return { prices, constraint: { ...constraint, type: 'time_of_date' } };
  }
  throw new Error(`${where} has a constraint of a form that is not known`);
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(`${value}T00:00:00Z`));
}

function parsePrices(where: string, prices: unknown): JsonObject {
  if (!isObject(prices)) throw new Error(`${where} has no prices`);
  for (const [unit, price] of Object.entries(prices)) {
    const isTiered = isObject(price) && Array.isArray(price['tiers']);
    const amounts: unknown[] = isTiered
      ? [price['base'], ...(price['tiers'] as JsonObject[]).map((tier) => tier['price'])]
      : [price];
    if (!amounts.every((amount) => typeof amount === 'number' && amount >= 0)) {
      throw new Error(`${where} has a price of ${unit} that is no number of dollars`);
    }
  }
  return prices;
}
