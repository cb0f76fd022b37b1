/** All that an app needs, in one object: its clients metered, its calls tagged, and on their way. */
import { isObject } from '../../domain/json.ts';
import type { Batch } from './batches/batch-calls.ts';
import type { BatchResults } from './batches/batch-results.ts';
import { openPublisher } from './delivery/create-publisher.ts';
import { contained, type OnError, PublishError, warnOnConsole } from './delivery/publish-error.ts';
import type { FlushResult, Publisher, PublisherOptions } from './delivery/publisher.ts';
import type { CallInput } from './delivery/serialise-call.ts';
import type { Hosts } from './meter/hosts.ts';
import { Meter } from './meter/meter.ts';
import { type ClientMeter, meterClient } from './meter/meter-client.ts';
import { definePrompt } from './prompts/define-prompt.ts';
import {
  type PromptCountError,
  type UnnamedPrompts,
  unnamedPrompts,
} from './prompts/unnamed-prompts.ts';
import { type OnMissingTags, TagCheck, type TagError } from './tags/tag-check.ts';
import { bindTags, currentTags, withTags } from './tags/tag-scope.ts';
import { mergeTags, type Tags, tagFields } from './tags/tags.ts';

export interface TricostOptions<Feature extends string> extends Omit<PublisherOptions, 'onError'> {
  /** The features of your product. A tag that is not one of them is a type error, and told like a missing one. */
  features?: readonly Feature[];
  /** Tags of calls that have none of their own: `service`, `environment`. */
  defaults?: Tags<NoInfer<Feature>>;
  /** What happens with a call that has no feature or no user. Default `warn`; `throw` where `NODE_ENV` is `test`, and in Vitest. */
  onMissingTags?: OnMissingTags;
  /** Who serves a host that is no provider's own, by its name: `{ 'llm.example.com': { provider: 'openai' } }`. */
  hosts?: Hosts;
  /** How a prompt is known that has no name: by the hash of its system text (`hash`, the default), of that without dates, times, UUIDs and e-mail addresses (`mask`), or not at all (`none`). */
  unnamedPrompts?: UnnamedPrompts;
  /** Told of every failed delivery, every loss, every feature whose system texts are too many to tell apart, and every place in your code that makes calls without tags. Default: console warnings. */
  onError?: (error: PublishError | TagError | PromptCountError) => void;
}

export interface Tricost<Feature extends string = string> extends Publisher {
  /** `fetch`, metered: for whatever takes one. `createOpenAI({ fetch: tricost.fetch })` */
  readonly fetch: typeof fetch;
  /**
   * Meters a client of OpenAI or Anthropic, or a `fetch` of your own.
   *
   * @param by for a client of AWS, `bedrock` of `tricost/bedrock`
   * @returns the same client. One that cannot be metered is told to `onError`
   */
  meter<Client extends object>(client: Client, by?: ClientMeter): Client;
  /** Runs it with these tags: they hold for every call that it makes, however deep and however late. Inner ones win. */
  withTags<Result>(tags: Tags<Feature>, run: () => Result): Result;
  /** A function that runs with these tags and those in force now, whoever calls it and when: for listeners, queues, other callbacks. */
  bindTags<This, Args extends unknown[], Result>(
    tags: Tags<Feature>,
    run: (this: This, ...args: Args) => Result,
  ): (this: This, ...args: Args) => Result;
  /** Names a prompt, for `withTags({ prompt }, …)`: {@link definePrompt}. */
  readonly definePrompt: typeof definePrompt;
  /**
   * Publishes the calls of a batch from its results: those of OpenAI's output file, or of Anthropic's `results()`, however many,
   * and waits until they have arrived. Tracking the same results again counts nothing twice.
   *
   * @param provider as the price list names it: `openai`, `azure`, `anthropic`
   * @param tags of all calls, or of each by its `custom_id`
   * @returns how many calls have arrived; requests that failed cost nothing and are not calls
   * @throws Error where the queue does not take them: track the batch again later. TypeError or SyntaxError for what are no
   * results of a batch, and what the results themselves throw
   */
  trackBatch(
    provider: string,
    batch: Batch,
    results: BatchResults,
    tags?: Tags<Feature> | ((customId: string) => Tags<Feature>),
  ): Promise<number>;
}

export function createTricost<const Feature extends string = string>(
  options: TricostOptions<Feature> = {},
): Tricost<Feature> {
  const {
    features,
    defaults = {},
    onMissingTags,
    hosts = {},
    unnamedPrompts: how = 'hash',
    ...publisherOptions
  } = options;
  const onError = contained((options.onError ?? warnOfTagsToo()) as OnError);
  const tell = onError as (error: PublishError | TagError | PromptCountError) => void;
  const { publisher, lose } = openPublisher({ ...publisherOptions, onError });
  const tagCheck = new TagCheck({ features, onMissingTags, onError: tell });
  const promptIdOf = unnamedPrompts(how, tell);
  const meter = new Meter({
    ...{ publish: publisher.publish, lose, tagCheck, defaults, hosts, promptIdOf, onError },
  });
  const platformFetch = globalThis.fetch;

  /** What the call says itself wins. */
  function tagged(call: CallInput): CallInput {
    const isPlain = isObject(call) && !('toJSON' in call);
    return isPlain ? { ...tagFields(mergeTags(defaults, currentTags())), ...call } : call;
  }

  /** One that cannot even be looked at is the publisher's to report. */
  function taggedIfPossible(calls: CallInput | readonly CallInput[]) {
    try {
      return Array.isArray(calls) ? calls.map(tagged) : tagged(calls as CallInput);
    } catch {
      return calls;
    }
  }

  async function trackBatch(
    provider: string,
    batch: Batch,
    results: BatchResults,
    tags: Tags | ((customId: string) => Tags) = {},
  ): Promise<number> {
    const batches = await import('./batches/track-batch.ts');
    return batches.trackBatch(provider, batch, results, {
      publish(call, customId) {
        withTags(typeof tags === 'function' ? tags(customId) : tags, () => {
          meter.checkTags();
          publisher.publish(tagged(call));
        });
      },
      flush: publisher.flush,
      stats: publisher.stats,
    });
  }

  return {
    fetch: meter.fetchOver((input, init) => {
      // Asked each time, for a test or an agent may replace it; but not when what has replaced it is this.
      const { fetch } = globalThis;
      return (meter.isMetered(fetch) ? platformFetch : fetch)(input, init);
    }, true),
    meter: (client, by) => meterClient(client, by, meter, onError),
    withTags,
    bindTags,
    definePrompt,
    publish: (calls) => publisher.publish(taggedIfPossible(calls)),
    trackBatch,
    flush: publisher.flush,
    shutdown(how): Promise<FlushResult> {
      meter.close();
      return publisher.shutdown(how);
    },
    stats: publisher.stats,
  };
}

/** Each place in the code is told once, so these need no limit of their own. */
function warnOfTagsToo(): (error: PublishError | TagError | PromptCountError) => void {
  const warn = warnOnConsole();
  return (error) => {
    if (!(error instanceof PublishError)) console.warn(`tricost: ${error.message}`);
    else warn(error);
  };
}
