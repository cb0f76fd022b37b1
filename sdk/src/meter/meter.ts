/** Makes a `fetch` that tells of every LLM call that goes through it, and changes none. */
import { type OnError, PublishError } from '../delivery/publish-error.ts';
import type { CallInput } from '../delivery/serialise-call.ts';
import { type TagCheck, TagError } from '../tags/tag-check.ts';
import { currentTags } from '../tags/tag-scope.ts';
import { mergeTags, type Tags } from '../tags/tags.ts';
import { type AnswerReader, readDocument, readEvents } from './answer-reader.ts';
import type { WireFormat } from './formats/wire-format.ts';
import { handOn, isHandedOn } from './handed-on.ts';
import type { Hosts } from './hosts.ts';
import { askForUsage } from './include-usage.ts';
import { type FetchInit, type FetchInput, methodOf, readRequest, urlOf } from './llm-request.ts';
import { type CallStart, MeteredCall } from './metered-call.ts';
import { type NodeStream, observeStream } from './observe-stream.ts';
import { OpenAnswers } from './open-answers.ts';
import { type RecognisedUrl, recogniseUrl } from './recognise-url.ts';
import { StripUsage } from './strip-usage.ts';
import { type Tap, tapResponse } from './tapped-response.ts';
import { UnmeteredPaths } from './unmetered-paths.ts';

type Fetch = typeof fetch;

export interface MeterOptions {
  publish: (call: CallInput) => void;
  tagCheck: TagCheck;
  /** Tags where none are set. */
  defaults: Tags;
  hosts: Hosts;
  /** The id of a prompt that has no name, of the body of a request. */
  promptIdOf: (body: unknown, feature: string) => string | undefined;
  /** Counts a call that was not metered, and tells of it. Must not throw. */
  lose: (problem: string, cause: unknown) => void;
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

const PROBLEM = 'could not meter a call';
const MAX_TOLD_HOSTS = 20;
/** A call that nothing is known of yet. */
export const NEW_CALL = { giveUp: () => true };

export class Meter {
  readonly #options: MeterOptions;
  readonly #open = new OpenAnswers();
  readonly #metered = new WeakSet<Fetch>();
  readonly #toldHosts = new Set<string>();
  readonly #unmetered: UnmeteredPaths;
  #hasToldOfBodies = false;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#unmetered = new UnmeteredPaths(options.hosts, (problem) => this.#tell(problem));
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
      abandoned: () => this.safely(() => call.abandoned(), call),
    };
    this.#open.add(answer, body);
    return {
      noteRead: () => {
        answer.lastReadAt = performance.now();
      },
      close: () => this.#open.close(answer),
    };
  }

  /**
   * @param base of what is metered already the same comes back
   * @param isOfPlatform whether its bodies are known to be web streams, from which what was asked for can be taken out again
   */
  fetchOver(base: Fetch, isOfPlatform = base === globalThis.fetch): Fetch {
    if (this.#metered.has(base)) return base;
    let hasWebBodies = isOfPlatform;
    const metered: Fetch = async (input, init) => {
      const attempt = this.#begin(input, init, hasWebBodies);
      if (attempt === undefined) return base(input, init);
      const { call } = attempt;
      let response: Response;
      try {
        response = await handOn(input, attempt.init, () => base(input, attempt.init));
      } catch (error) {
        this.safely(() => call.failed(error), call);
        throw error;
      }
      const type = this.safely(() => {
        if (response.body) hasWebBodies = isWebStream(response.body);
        return response.headers.get('content-type') ?? '';
      }, call);
      if (type === undefined) return response;
      const reader = await this.#readerOf(type, attempt);
      return this.safely(() => this.#tapped(response, attempt, reader), call) ?? response;
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
  #begin(input: FetchInput, init: FetchInit, mayAsk: boolean): Attempt | undefined {
    const { hosts } = this.#options;
    const recognised = this.safely(() => {
      if (methodOf(input, init) !== 'POST') return undefined;
      const url = urlOf(input);
      const found = recogniseUrl(url, hosts);
      if (found === undefined) this.#unmetered.note(url);
      return found !== undefined && isHandedOn(input, init) ? undefined : found;
    });
    if (recognised === undefined) return undefined;
    return this.safely(() => {
      const request = readRequest(input, init, recognised);
      if (!recognised.isKnownHost && !this.#isLlmCall(recognised, request.model)) return undefined;
      this.checkTags();
      const { body, ...rest } = request;
      const asking =
        mayAsk && body !== undefined && recognised.takesIncludeUsage
          ? askForUsage(input, init, body)
          : undefined;
      const { provider, region, format } = recognised;
      return {
        call: this.start({ provider, region, format, request: rest, body }),
        format,
        init: asking ?? init,
        hasAskedForUsage: asking !== undefined,
      };
    }, NEW_CALL);
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
      this.#tell(
        `calls to ${provider} are published under that name, which has no prices: name its provider in \`hosts\``,
      );
    }
    return true;
  }

  /** Few apps get frames of AWS, so their reader is loaded by the first. */
  async #readerOf(type: string, { call, format }: Attempt): Promise<AnswerReader | undefined> {
    call.isStream = /event-?stream/.test(type);
    if (!type.includes('amazon.eventstream')) {
      return (call.isStream ? readEvents : readDocument)(format, call);
    }
    try {
      const { readFrames } = await import('../bedrock/read-frames.ts');
      return readFrames(call);
    } catch (cause) {
      this.#tell(PROBLEM, cause);
      return undefined;
    }
  }

  #tapped(response: Response, attempt: Attempt, reader: AnswerReader | undefined): Response {
    const { call, hasAskedForUsage } = attempt;
    if (!response.ok) {
      call.refused(response.status);
      return response;
    }
    const body: unknown = response.body;
    const isWeb = isWebStream(body);
    if (reader === undefined || response.bodyUsed || !(isWeb || isNodeStream(body))) {
      if (body) this.#tellOfBodies();
      call.unseen();
      return response;
    }
    const strip = hasAskedForUsage && call.isStream ? new StripUsage() : undefined;
    // Known once there is a body, which needs the tap first.
    let watched: WatchedAnswer | undefined;
    const tap: Tap = {
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
        this.safely(() => call.ended(), call);
      },
      broken: (error) => {
        watched?.close();
        this.safely(() => call.broken(error), call);
      },
    };
    if (!isWeb) {
      observeStream(body, tap);
      watched = this.watch(call, body);
      return response;
    }
    const tapped = tapResponse(response, body, tap);
    watched = this.watch(call, tapped.body ?? tapped);
    return tapped;
  }

  #tellOfBodies(): void {
    if (this.#hasToldOfBodies) return;
    this.#hasToldOfBodies = true;
    this.#tell('the answers of a fetch cannot be read, so the usage of its calls is estimated');
  }

  #tell(problem: string, cause?: unknown): void {
    this.#options.onError(new PublishError(problem, 0, cause));
  }

  /**
   * What goes wrong in here must not reach the app, but for the error that it has asked for.
   *
   * @param call that is lost if it goes wrong
   */
  safely<Result>(work: () => Result, call?: Pick<MeteredCall, 'giveUp'>): Result | undefined {
    try {
      return work();
    } catch (cause) {
      if (cause instanceof TagError) throw cause;
      if (call?.giveUp() === true) this.#options.lose(PROBLEM, cause);
      else this.#tell(PROBLEM, cause);
      return undefined;
    }
  }
}

function isWebStream(body: unknown): body is ReadableStream {
  return typeof (body as ReadableStream | null)?.getReader === 'function';
}

/** node-fetch's. */
function isNodeStream(body: unknown): body is NodeStream {
  return typeof (body as NodeStream | null)?.emit === 'function';
}
