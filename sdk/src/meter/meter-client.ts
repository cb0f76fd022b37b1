/** Puts the meter into a client that the app has made. */
import { type OnError, PublishError } from '../delivery/publish-error.ts';
import type { Meter } from './meter.ts';
import { isLlmPath } from './recognise-url.ts';

type Fetch = typeof fetch;

/** How to meter clients of a kind that the core does not know: `bedrock` of `tricost/bedrock`. What it throws is told to `onError`. */
export type ClientMeter = (client: object, meter: Meter) => void;

/** Clients that Stainless generates, as OpenAI's and Anthropic's: all their calls, and those of clients derived from them, go through this. */
interface FetchingClient {
  fetch: Fetch;
  withOptions: unknown;
  /** Called before a request is built; what it throws is not retried. */
  prepareOptions?: (options: { method?: string; path?: string }) => Promise<void>;
}

/**
 * In place: a copy, as `withOptions()` makes one, is not the same client in every version. It forgets a key that is a function,
 * and throws for AzureOpenAI (openai 6).
 *
 * @returns the client; told to `onError` where it is of a kind that this cannot meter
 */
export function meterClient<Client extends object>(
  client: Client,
  by: ClientMeter | undefined,
  meter: Meter,
  onError: OnError,
): Client {
  try {
    if (by !== undefined) {
      by(client, meter);
      return client;
    }
    if (isFetchFunction(client)) return meter.fetchOver(client) as Client;
    if (!isFetchingClient(client)) throw new Error(howToMeter(client));
    client.fetch = meter.fetchOver(client.fetch);
    if (meter.throwsForMissingTags) checkTagsEarly(client, meter);
  } catch (cause) {
    onError(new PublishError('cannot meter this client: its calls are not published', 0, cause));
  }
  return client;
}

/** An error of `fetch` is one of the connection, which the client tries again; this comes as it is. */
function checkTagsEarly(client: FetchingClient, meter: Meter): void {
  const prepare = client.prepareOptions;
  if (prepare === undefined) return;
  client.prepareOptions = async (options) => {
    if (options.method === 'post' && isLlmPath(options.path ?? '')) meter.checkTags();
    await prepare.call(client, options);
  };
}

function isFetchingClient(client: object): client is FetchingClient {
  return 'fetch' in client && typeof client.fetch === 'function' && 'withOptions' in client;
}

/** Providers of the AI SDK are functions, too. */
function isFetchFunction(client: object): client is Fetch {
  return typeof client === 'function' && !('languageModel' in client);
}

function howToMeter(client: object): string {
  if ('middlewareStack' in client) {
    return 'give meter() `bedrock` of tricost/bedrock, too';
  }
  if ('languageModel' in client || 'doGenerate' in client) {
    return 'give its provider `fetch: tricost.fetch`';
  }
  if ('models' in client && 'chats' in client) {
    return 'give it `httpOptions: { fetch: tricost.fetch }`';
  }
  return 'if it takes a `fetch`, give it `tricost.fetch`; else publish() its calls';
}
