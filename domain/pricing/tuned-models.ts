/**
 * Models that an organisation tuned. OpenAI calls them `ft:<base>:<organisation>:<name>:<id>`, and charges all that were tuned from a base
 * alike: what follows the base is the organisation's.
 *
 * https://platform.openai.com/docs/guides/supervised-fine-tuning
 */
import type { ListedPrice } from './from-catalogue.ts';
import { type ModelName, SINCE_EVER } from './price-list.ts';

const OPENAI = 'openai';
const SOURCE = 'https://platform.openai.com/docs/pricing';

/** How the names begin. The family of that name leads to the prices of the tuned base. */
export const TUNED = 'ft:';

/** A checkpoint has a step behind its id: https://platform.openai.com/docs/api-reference/fine-tuning/list-checkpoints */
const NAMED = /^(ft:[^:]+):[^:]+:[^:]*:[^:]+(?::ckpt-step-\d+)?$/;

/** @returns `ft:<base>`, the base as the organisation named it; undefined: it is no name of a tuned model */
export function tunedBase(id: string): string | undefined {
  return NAMED.exec(id)?.[1];
}

/** The catalogue says how such names begin, and not where they end: these are the rule, and bases whose versions are no dates. */
export function tunedNames(prices: readonly ListedPrice[]): ModelName[] {
  const has = (model: string) =>
    prices.some((row) => row.provider === OPENAI && row.model === model);
  const named = { provider: OPENAI, modelProvider: OPENAI, validFrom: SINCE_EVER, source: SOURCE };
  const family: ModelName = {
    ...{ ...named, name: TUNED, match: 'family', model: TUNED, priceStatus: 'inferred' },
  };
  const versions = ['0613', '1106', '0125'].map(
    (version): ModelName => ({
      ...{ ...named, name: `ft:gpt-3.5-turbo-${version}`, match: 'exact' },
      ...{ model: 'ft:gpt-3.5-turbo-', priceStatus: 'priced' },
    }),
  );
  return [
    ...(prices.some((row) => row.provider === OPENAI && row.model.startsWith(TUNED))
      ? [family]
      : []),
    ...(has('ft:gpt-3.5-turbo-') ? versions : []),
  ];
}
