/** The tier of the price list that served a call, from what its response says. */
import type { ServiceTier } from './price-list.ts';
import { priceListProvider } from './provider-names.ts';

/** Names that all providers give to the tier whose prices they list first. */
const STANDARD = new Map<string, ServiceTier>(
  ['standard', 'default', 'on_demand'].map((name) => [name, 'standard']),
);

/**
 * Names of the others, per provider. A tier that was bought ahead (Anthropic's `priority`, OpenAI's `scale`, Gemini's
 * `PROVISIONED_THROUGHPUT`, Bedrock's `reserved`) has no price per call.
 *
 * https://platform.openai.com/docs/api-reference/responses/object#responses-object-service_tier
 * https://platform.claude.com/docs/en/api/service-tiers
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType
 * https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html
 */
const BY_PROVIDER: ReadonlyMap<string, Readonly<Record<string, ServiceTier>>> = new Map(
  Object.entries({
    // One tier under two names since 30 July 2026: https://developers.openai.com/api/docs/guides/fast-mode
    openai: { flex: 'flex', priority: 'priority', fast: 'priority', batch: 'batch' },
    azure: { priority: 'priority', batch: 'batch' },
    anthropic: { batch: 'batch', fast: 'fast' },
    google: {
      on_demand_flex: 'flex',
      on_demand_priority: 'priority',
      flex: 'flex',
      priority: 'priority',
      batch: 'batch',
    },
    aws: { flex: 'flex', priority: 'priority', batch: 'batch' },
  } satisfies Record<string, Record<string, ServiceTier>>),
);

export interface TierOfCall {
  provider: string;
  serviceTier?: string | undefined;
  batch?: boolean | undefined;
}

/** @returns undefined for a tier without listed prices */
export function servedTier({ provider, serviceTier, batch }: TierOfCall): ServiceTier | undefined {
  const name = serviceTier?.toLowerCase() ?? 'standard';
  const tier = STANDARD.get(name) ?? BY_PROVIDER.get(priceListProvider(provider))?.[name];
  if (batch !== true) return tier;
  // A batch result says `standard` or nothing: batch is what the caller knows of it. No list has the price of two tiers at once.
  return tier === 'standard' || tier === 'batch' ? 'batch' : undefined;
}

/** The tier in the words of the call. */
export function tierName({
  serviceTier,
  batch,
}: Pick<TierOfCall, 'serviceTier' | 'batch'>): string {
  const tier = serviceTier ?? 'standard';
  return batch === true && tier !== 'batch' ? `${tier}, in a batch` : tier;
}
