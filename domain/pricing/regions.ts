/** Whether a price that names no region holds in the one that a call states. */

import { knownIds } from './model-ids.ts';
import type { ModelName } from './price-list.ts';
import { TUNED, tunedBase } from './tuned-models.ts';

/** The region of a row that holds in every region without a row of its own. */
export const EVERY_REGION = '*';

/**
 * What OpenAI called the models that it released before 5 March 2026: those released since cost a tenth more where a region is asked for,
 * these cost the same everywhere, and so do models that were tuned from them. The list is closed, and of names: what it does not name
 * is taken for newer, also a newer catalogue's name of one of these models. Aliases that move (`gpt-chat-latest`) are left out.
 *
 * https://developers.openai.com/api/docs/pricing
 * https://developers.openai.com/api/docs/guides/data-residency
 */
const OF_ONE_PRICE: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'openai',
    new Set([
      ...['ada', 'text-ada-001', 'babbage', 'curie', 'text-curie-001', 'davinci'],
      ...['text-davinci-001', 'text-davinci-002', 'text-davinci-003'],
      ...['gpt-3.5-0301', 'gpt-3.5-turbo', 'gpt-3.5-turbo-0125', 'gpt-3.5-turbo-0301'],
      ...['gpt-3.5-turbo-0613', 'gpt-3.5-turbo-1106', 'gpt-3.5-turbo-16k'],
      ...['gpt-3.5-turbo-16k-0613', 'gpt-3.5-turbo-instruct', 'gpt-3.5-turbo-instruct-0914'],
      ...['gpt-35-turbo', 'gpt-35-turbo-16k', 'gpt-35-turbo-16k-0613'],
      ...['gpt-4', 'gpt-4-0314', 'gpt-4-0613', 'gpt-4-32k', 'gpt-4-32k-0314', 'gpt-4-32k-0613'],
      ...['gpt-4-turbo', 'gpt-4-turbo-preview', 'gpt-4-turbo-0125-preview', 'gpt-4-0125-preview'],
      ...['gpt-4-1106-preview', 'gpt-4-1106-vision-preview', 'gpt-4-vision-preview'],
      ...['gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-4.5-preview'],
      ...['gpt-4o', 'gpt-4o-mini', 'chatgpt-4o-latest', 'gpt-4o-search-preview'],
      ...['gpt-4o-mini-search-preview', 'gpt-4o-audio-preview', 'gpt-4o-mini-audio-preview'],
      ...['gpt-4o-mini-audio', 'gpt-4o-realtime-preview', 'gpt-4o-realtime'],
      ...['gpt-4o-mini-realtime-preview', 'gpt-4o-mini-realtime', 'gpt-4o-transcribe'],
      ...['gpt-4o-transcribe-diarize', 'gpt-4o-mini-transcribe', 'gpt-4o-mini-tts'],
      ...['gpt-audio', 'gpt-audio-1.5', 'gpt-audio-mini', 'gpt-realtime', 'gpt-realtime-1.5'],
      ...['gpt-realtime-mini', 'gpt-image-1', 'gpt-image-1-mini', 'gpt-image-1.5'],
      ...['gpt-5', 'gpt-5-chat', 'gpt-5-codex', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5-pro'],
      ...['gpt-5.1', 'gpt-5.1-chat', 'gpt-5.1-codex', 'gpt-5.1-codex-max', 'gpt-5.1-codex-mini'],
      ...['gpt-5.1-mini', 'gpt-5-1', 'gpt-5-1-chat', 'gpt-5-1-codex', 'gpt-5-1-codex-max'],
      ...['gpt-5-1-codex-mini', 'gpt-5-1-mini', 'gpt-5.2', 'gpt-5.2-chat', 'gpt-5.2-codex'],
      ...['gpt-5.2-pro', 'gpt-5-2', 'gpt-5-2-chat', 'gpt-5-2-codex', 'gpt-5-2-pro'],
      ...['gpt-5.3-codex', 'gpt-5-3-codex', 'codex-mini', 'computer-use'],
      ...['o1', 'o1-mini', 'o1-preview', 'o1-pro', 'o3', 'o3-mini', 'o3-mini-high', 'o3-pro'],
      ...['o4-mini', 'o4-mini-high', 'o3-deep-research', 'o4-mini-deep-research'],
      ...['ft:gpt-3.5-turbo', 'ft:gpt-3.5-turbo-', 'ft:gpt-3.5-turbo-0613'],
      ...['ft:gpt-3.5-turbo-1106', 'ft:gpt-3.5-turbo-0125', 'ft:gpt-4o', 'ft:gpt-4o-mini'],
      ...['gpt-4o-mini-2024-07-18.ft-'],
      ...['text-embedding-3-large', 'text-embedding-3-small', 'text-embedding-ada'],
      ...['text-embedding-ada-002', 'text-embedding-ada-002-v2'],
    ]),
  ],
]);

const NEWER_SINCE = '20260305';

/**
 * @param asked as the call names it, the provider as the price list does: what a provider takes in its regions says nothing of another
 *   that sells its models
 * @param found whose prices the call has; where somebody gave it these, it is as old as their model; what was tuned is as old as its base
 */
export function hasOnePriceEverywhere(
  asked: { provider: string; model: string },
  found: { provider: string; model: string; via?: Pick<ModelName, 'priceStatus' | 'name'> },
): boolean {
  if (asked.provider !== found.provider) return false;
  const { via } = found;
  const [called = ''] = knownIds(asked.provider, asked.model);
  const base = via?.name === TUNED ? tunedBase(called) : undefined;
  const model = base ?? (via?.priceStatus === 'inferred' ? found.model : called);
  const ids = knownIds(asked.provider, model);
  const older = OF_ONE_PRICE.get(asked.provider);
  return ids.some((id) => older?.has(id)) && !isSnapshotSince(NEWER_SINCE, ids[0] ?? '');
}

/** A snapshot that was released later is another model. */
function isSnapshotSince(day: string, id: string): boolean {
  const [, ...date] = /[-@](20\d{2})-?(\d{2})-?(\d{2})$/.exec(id) ?? [];
  return date.length > 0 && date.join('') >= day;
}
