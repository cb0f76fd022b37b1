/**
 * The price list's provider for the names that OpenTelemetry and the SDKs use.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/#gen-ai-provider-name
 */
const LISTED_PROVIDERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'aws.bedrock': 'aws',
    bedrock: 'aws',
    'amazon-bedrock': 'aws',
    'azure.ai.openai': 'azure',
    'azure.ai.inference': 'azure',
    'az.ai.openai': 'azure',
    'az.ai.inference': 'azure',
    'azure-openai': 'azure',
    'gcp.gemini': 'google',
    'gcp.gen_ai': 'google',
    'gcp.vertex_ai': 'google',
    gemini: 'google',
    vertex_ai: 'google',
    mistral_ai: 'mistral',
    x_ai: 'x-ai',
    xai: 'x-ai',
  }),
);

export function priceListProvider(name: string): string {
  const lower = name.toLowerCase();
  return LISTED_PROVIDERS.get(lower) ?? lower;
}
