/** Makes a `fetch` that tells of every LLM call that goes through it, and changes none. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type OnError, PublishError } from '../delivery/publish-error.ts';
import type { CallInput } from '../delivery/serialise-call.ts';
import { type TagCheck, TagError } from '../tags/tag-check.ts';
import { currentTags } from '../tags/tag-scope.ts';
import { mergeTags, type Tags } from '../tags/tags.ts';
import { readDocument, readEvents } from './answer-reader.ts';
import type { WireFormat } from './formats/wire-format.ts';
import type { Hosts } from './hosts.ts';
import { askForUsage } from './include-usage.ts';
import { type FetchInit, type FetchInput, methodOf, readRequest, urlOf } from './llm-request.ts';
import { type CallStart, MeteredCall } from './metered-call.ts';
import { OpenAnswers } from './open-answers.ts';
import { type RecognisedUrl, recogniseUrl } from './recognise-url.ts';
import { StripUsage } from './strip-usage.ts';
import { tapResponse } from './tapped-response.ts';

type Fetch = typeof fetch;

export interface MeterOptions {
  publish: (call: CallInput) => void;
  tagCheck: TagCheck;
  /** Tags where none are set. */
  defaults: Tags;
  hosts: Hosts;
  /** The id of a prompt that has no name, of the body of a request. */
  promptIdOf: (body: unknown, feature: string) => string | undefined;
  /** Must not throw. */
  onError: OnError;
}

export interface WatchedAnswer {
  noteRead(): void;
  /** It is told: there is nothing to watch for. */
  close(): void;
}

interface Attempt {
  call: MeteredCall;
  format: WireFormat;
  /** What the request has become. */
  init: FetchInit;
  hasAskedForUsage: boolean;
}

/** Set while a metered fetch runs, so that one within another does not count the call again. */
const isMetering = new AsyncLocalStorage<true>();
const MAX_TOLD_HOSTS = 20;

export class Meter {
  readonly #options: MeterOptions;
  readonly #open = new OpenAnswers();
  readonly #metered = new WeakSet<Fetch>();
  readonly #toldHosts = new Set<string>();

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  get throwsForMissingTags(): boolean {
    return this.#options.tagCheck.throws;
  }

  /** @throws TagError, where missing tags shall throw */
  checkTags(): void {
    this.#options.tagCheck.check(this.#tags());
  }

  /**
   * A call that begins now, with the tags in force.
   *
   * @param what.body of the request, or the input of a command
   */
  start({
    body,
    ...what
  }: Pick<CallStart, 'provider' | 'region' | 'format' | 'request'> & {
    body: unknown;
  }): MeteredCall {
    const start = {
      ...what,
      tags: this.#promptTagged(this.#tags(), body),
      startedAt: performance.now(),
      startedAtUnix: Date.now(),
    };
    return new MeteredCall(start, this.#options.publish);
  }

  /** @param body what the app reads the answer from; when it is collected, nobody does any more */
  watch(call: MeteredCall, body: object): WatchedAnswer {
    const answer = {
      lastReadAt: performance.now(),
      abandoned: () => this.safely(() => call.abandoned()),
    };
    this.#open.add(answer, body);
    return {
      noteRead: () => {
        answer.lastReadAt = performance.now();
      },
      close: () => this.#open.close(answer),
    };
  }

  /** @param base of what is metered already the same comes back */
  fetchOver(base: Fetch): Fetch {
    if (this.#metered.has(base)) return base;
    const metered: Fetch = async (input, init) => {
      const attempt = isMetering.getStore() === true ? undefined : this.#begin(input, init);
      if (attempt === undefined) return base(input, init);
      const { call } = attempt;
      let response: Response;
      try {
        response = await isMetering.run(true, () => base(input, attempt.init));
      } catch (error) {
        this.safely(() => call.failed(error));
        throw error;
      }
      return this.safely(() => this.#tapped(response, attempt)) ?? response;
    };
    this.#metered.add(metered);
    return metered;
  }

  isMetered(base: Fetch): boolean {
    return this.#metered.has(base);
  }

  /** Before the publisher is shut down: what is open now is told as abandoned. */
  close(): void {
    this.safely(() => this.#open.abandonAll());
  }

  /** @throws TagError, where missing tags shall throw */
  #begin(input: FetchInput, init: FetchInit): Attempt | undefined {
    return this.safely(() => {
      const recognised = recogniseUrl(urlOf(input), this.#options.hosts);
      if (recognised === undefined || methodOf(input, init) !== 'POST') return undefined;
      const request = readRequest(input, init, recognised);
      if (!recognised.isKnownHost && !this.#isLlmCall(recognised, request.model)) return undefined;
      this.checkTags();
      const { body, ...rest } = request;
      const asking =
        body !== undefined && recognised.takesIncludeUsage
          ? askForUsage(input, init, body)
          : undefined;
      const { provider, region, format } = recognised;
      return {
        call: this.start({ provider, region, format, request: rest, body }),
        format,
        init: asking ?? init,
        hasAskedForUsage: asking !== undefined,
      };
    });
  }

  #tags(): Tags {
    return mergeTags(this.#options.defaults, currentTags());
  }

  /** A prompt that the app names wins, also where it says that there is none. */
  #promptTagged(tags: Tags, body: unknown): Tags {
    if (tags.prompt !== undefined) return tags;
    const id = this.safely(() => this.#options.promptIdOf(body, tags.feature ?? '(untagged)'));
    return id === undefined ? tags : { ...tags, prompt: { id } };
  }

  /** A path alone may be anybody's. */
  #isLlmCall({ provider }: RecognisedUrl, model: string | undefined): boolean {
    if (model === undefined) return false;
    if (!this.#toldHosts.has(provider) && this.#toldHosts.size < MAX_TOLD_HOSTS) {
      this.#toldHosts.add(provider);
      const problem = `calls to ${provider} are published under that name, which has no prices: name its provider in \`hosts\``;
      this.#options.onError(new PublishError(problem, 0, undefined));
    }
    return true;
  }

  #tapped(response: Response, { call, format, hasAskedForUsage }: Attempt): Response {
    if (!response.ok) {
      call.refused(response.status);
      return response;
    }
    const { body } = response;
    const type = response.headers.get('content-type') ?? '';
    call.isStream = type.includes('event-stream');
    if (!(body instanceof ReadableStream) || response.bodyUsed) {
      call.broken();
      return response;
    }
    const reader = (call.isStream ? readEvents : readDocument)(format, call);
    const strip = hasAskedForUsage && call.isStream ? new StripUsage() : undefined;
    // Known once there is a body, which needs the tap first.
    let watched: WatchedAnswer | undefined;
    const tapped = tapResponse(response, body, {
      push: (bytes) => {
        this.safely(() => {
          watched?.noteRead();
          reader.push(bytes);
        });
        return strip === undefined ? bytes : strip.push(bytes);
      },
      end: () => {
        this.safely(() => reader.end());
        return strip?.end() ?? new Uint8Array(0);
      },
      ended: () => {
        watched?.close();
        this.safely(() => call.ended());
      },
      broken: (error) => {
        watched?.close();
        this.safely(() => call.broken(error));
      },
    });
    watched = this.watch(call, tapped.body ?? tapped);
    return tapped;
  }

  /** What goes wrong in here must not reach the app, but for the error that it has asked for. */
  safely<Result>(work: () => Result): Result | undefined {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof TagError) throw cause;
      this.#options.onError(new PublishError('could not meter a call', 1, cause));
      return undefined;
    }
  }
}
