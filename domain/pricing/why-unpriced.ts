/** Says why a call has no price, and what to do about it. */

import { modelsNear } from './models-near.ts';
import { isOfRegion } from './price-book.ts';
import type { NoPrice } from './price-call.ts';
import { type PriceRow, SERVICE_TIERS } from './price-list.ts';
import type { AskedCall } from './price-usage.ts';
import { priceListProvider } from './provider-names.ts';
import { hasOnePriceEverywhere } from './regions.ts';
import { servedTier, tierName } from './served-tier.ts';

export interface WhyUnpriced {
  what: string;
  toDo: string;
}

type ServedCall = Pick<AskedCall, 'provider' | 'model' | 'serviceTier' | 'region' | 'batch'>;

const REPORT_USAGE =
  'send the usage object as the provider returned it; if it is, report it with the object, so that it can be read';

/** @param prices of the list that had none, to say what is near */
export function whyUnpriced(
  { reason, unit, listedAs, aboveInputTokens, unreadKeys = [], contradictions = [] }: NoPrice,
  call: ServedCall,
  prices: readonly PriceRow[],
): WhyUnpriced {
  const named = `${call.provider} ${call.model}`;
  const at = listedAs ?? call;
  switch (reason) {
    case 'model_unlisted':
      return {
        what: `the price list has no ${named} at that time`,
        toDo: `${modelsNear(prices, call.provider, call.model)}; enter its prices with \`tricost prices set\`, or say whose prices hold with \`tricost prices alias\``,
      };
    case 'tier_unlisted':
      return {
        what: `${named} has no price in the tier ${tierName(call)}`,
        toDo: `enter it with \`tricost prices set --tier <tier>\` (${SERVICE_TIERS.join(', ')}), if the call has a price of its own there`,
      };
    case 'region_unlisted':
      return {
        what:
          call.region === undefined
            ? `${named} has prices of a region only, and the call does not say where it was served`
            : `${named} has no price in the region ${call.region} and the tier ${tierName(call)}; prices differ by region there, so that of no region need not hold`,
        toDo: `enter it, unit by unit, with \`tricost prices set --provider ${word(call.provider, 'provider')} --model ${word(call.model, 'model')} --region ${call.region === undefined ? "''" : word(call.region, 'region')} --tier ${servedTier(call) ?? '<tier>'}${hasOwnPrices(call, prices) ? '' : ' --new-model'}\``,
      };
    case 'unit_unlisted': {
      const isApart = prices.some((row) => row.provider === at.provider && isOfRegion(row));
      const asked = { provider: priceListProvider(call.provider), model: call.model };
      const region = isApart && !hasOnePriceEverywhere(asked, at) ? call.region : undefined;
      const [where, option] =
        region === undefined
          ? ['', '']
          : [` and the region ${region}`, ` --region ${word(region, 'region')}`];
      const [size, above] =
        aboveInputTokens === undefined
          ? ['', '`']
          : [
              ` for calls with more than ${aboveInputTokens} tokens of input`,
              ` --above ${aboveInputTokens}\`, beside the price of smaller ones`,
            ];
      return {
        what: `${at.provider} ${at.model} has no price for ${unit ?? 'a unit that was used'} in the tier ${tierName(call)}${where}${size}`,
        toDo: `enter it with \`tricost prices set --provider ${word(at.provider, 'provider')} --model ${word(at.model, 'model')} --unit ${unit ?? '<unit>'} --tier ${servedTier(call) ?? '<tier>'}${option}${above}`,
      };
    }
    case 'usage_incomplete':
      return {
        what: 'the usage has no count of input or of output tokens',
        toDo: 'send both; of a stream, ask the provider to report usage (OpenAI: stream_options.include_usage)',
      };
    case 'usage_mismatch':
      return {
        what:
          contradictions.length === 0
            ? 'parts of the usage are larger than their total'
            : `the usage contradicts itself: ${contradictions.join(', ')}`,
        toDo: REPORT_USAGE,
      };
    case 'usage_overlapping':
      return {
        what: 'some tokens are of two kinds at once, and the counts do not say which rate they had',
        toDo: 'publish the cost that the provider states as `cost_usd`, if it states one',
      };
    case 'usage_unread':
      return {
        what: `the usage counts what no price is known for: ${unreadKeys.join(', ')}`,
        toDo: 'publish the cost that the provider states as `cost_usd`, or report the object, so that it can be read',
      };
  }
}

/** Whether the list has prices of the very name: of one that leads to another model it has none yet. */
function hasOwnPrices({ provider, model }: ServedCall, prices: readonly PriceRow[]): boolean {
  const [seller, id] = [priceListProvider(provider), model.trim().toLowerCase()];
  return prices.some((row) => row.provider === seller && row.model === id);
}

/** Names come from outside, and somebody pastes the command into a shell: what could be more than a word is left to be filled in. */
function word(text: string, name: string): string {
  return /^[\w.:/@][\w.:/@-]*$/.test(text) ? text : `<${name}>`;
}
