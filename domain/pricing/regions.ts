/** Whether a price that names no region holds in the one that a call states. */

/** The region of a row that holds in every region without a row of its own. */
export const EVERY_REGION = '*';

/**
 * Models that OpenAI released before 5 March 2026: those released since cost a tenth more where a region is asked for, these cost the
 * same everywhere, and so do models that were tuned from them. The list is closed; a model that it does not name is taken for a newer
 * one. Aliases that move (`gpt-chat-latest`) are left out.
 *
 * https://developers.openai.com/api/docs/pricing
 * https://developers.openai.com/api/docs/guides/data-residency
 */
const OF_ONE_PRICE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'openai',
    new Set([
      ...['ada', 'babbage', 'curie', 'davinci', 'text-davinci-002', 'text-davinci-003'],
      ...['gpt-3.5-0301', 'gpt-3.5-turbo', 'gpt-3.5-turbo-0613', 'gpt-3.5-turbo-1106'],
      ...['gpt-3.5-turbo-16k', 'gpt-3.5-turbo-instruct', 'gpt-4', 'gpt-4-32k', 'gpt-4-turbo'],
      ...['gpt-4-vision-preview', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4.5-preview'],
      ...['gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o-mini', 'chatgpt-4o-latest'],
      ...['gpt-4o-audio-preview', 'gpt-4o-mini-audio-preview', 'gpt-4o-realtime-preview'],
      ...['gpt-4o-mini-realtime-preview', 'gpt-4o-search-preview', 'gpt-4o-transcribe'],
      ...['gpt-4o-mini-transcribe', 'gpt-4o-mini-tts', 'gpt-audio', 'gpt-audio-mini'],
      ...['gpt-realtime', 'gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5'],
      ...['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5-pro', 'gpt-5.1', 'gpt-5.1-codex-mini'],
      ...['gpt-5.2', 'gpt-5.2-pro', 'gpt-5.3-codex', 'codex-mini', 'computer-use'],
      ...['o1', 'o1-mini', 'o1-preview', 'o1-pro', 'o3', 'o3-mini', 'o3-pro', 'o4-mini'],
      ...['o3-deep-research', 'o4-mini-deep-research'],
      ...['gpt-realtime-mini', 'ft:gpt-3.5-turbo-', 'ft:gpt-4o', 'ft:gpt-4o-mini'],
      ...['gpt-4o-mini-2024-07-18.ft-'],
      ...['text-embedding-3-large', 'text-embedding-3-small', 'text-embedding-ada-002'],
    ]),
  ],
]);

/**
 * Models released since that have the base price of an older one, by their own names.
 *
 * https://developers.openai.com/api/docs/models/gpt-realtime-2.1-mini
 */
const NEWER_NAMES = new Set(['gpt-realtime-2.1-mini']);

/**
 * @param provider as the price list names it, like the model
 * @param via the name that led to the model, where one did
 */
export function hasOnePriceEverywhere(provider: string, model: string, via = model): boolean {
  return (OF_ONE_PRICE.get(provider)?.has(model) ?? false) && !NEWER_NAMES.has(via);
}
