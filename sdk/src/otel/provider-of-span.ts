/** Who served a call, by the name that tricost has for them. */
import { priceListProvider } from '../../../domain/pricing/provider-names.ts';
import { readText, type SpanAttributes } from './finished-span.ts';

const NAMES = [
  'gen_ai.provider.name',
  'gen_ai.system',
  'ai.model.provider',
  'llm.provider',
  'llm.system',
  // What LangChain tells Langfuse's handler.
  'langfuse.observation.metadata.ls_provider',
];

/** Langfuse's generations name no provider. These families are their maker's own, in every SDK that calls the maker. */
const FAMILIES: readonly [RegExp, string][] = [
  [/^(?:gpt-|chatgpt-|o\d|text-embedding-)/, 'openai'],
  [/^claude-/, 'anthropic'],
  [/^gemini-/, 'google'],
];

export function providerOfSpan(attributes: SpanAttributes, model: string): string | undefined {
  const named = readText(attributes, ...NAMES);
  if (named === undefined) return FAMILIES.find(([family]) => family.test(model))?.[1];
  const listed = priceListProvider(named);
  // The AI SDK names provider and API, `openai.responses`; a dot may also be part of a name, `aws.bedrock`.
  return listed === named.toLowerCase() ? priceListProvider(listed.split('.', 1)[0] ?? '') : listed;
}
