/** One attempt at an LLM call, from its request to its end, which is told once. */
import type { JsonObject } from '../../../domain/json.ts';
import type { CallInput } from '../delivery/serialise-call.ts';
import { knownFields } from '../tags/known-fields.ts';
import { type Tags, tagFields } from '../tags/tags.ts';
import type { Answer, WireFormat } from './formats/wire-format.ts';
import type { LlmRequest } from './llm-request.ts';

export type CallStatus = NonNullable<CallInput['status']>;

export interface CallStart {
  provider: string;
  /** Where the request was sent to be served. */
  region?: string | undefined;
  format: Pick<WireFormat, 'isOutputCountedLast'>;
  request: Omit<LlmRequest, 'body'>;
  tags: Tags;
  /** On the clock of `performance.now()`. */
  startedAt: number;
  /** Milliseconds since 1970. */
  startedAtUnix: number;
}

/** For a call that failed before anything said which model it was. */
const UNKNOWN_MODEL = '(unknown)';
/** Of English text. Other scripts have more bytes for each character, and more tokens. https://platform.openai.com/tokenizer */
const BYTES_PER_TOKEN = 4;
const HEAD_START_MS = 50;

export class MeteredCall {
  readonly #start: CallStart;
  readonly #publish: (call: CallInput) => void;
  readonly answer: Answer = {
    isComplete: false,
    hasFailed: false,
    isPromise: false,
    textBytes: 0,
  };
  isStream: boolean | undefined;
  #firstTextAt: number | undefined;
  #isTold = false;

  constructor(start: CallStart, publish: (call: CallInput) => void) {
    this.#start = start;
    this.#publish = publish;
  }

  noteText(bytes: number): void {
    if (bytes > 0) this.#firstTextAt ??= performance.now();
    this.answer.textBytes += bytes;
  }

  /** The provider's refusal: there is no usage. */
  refused(httpStatus: number): void {
    this.#tell('error', { http_status: httpStatus });
  }

  /** `fetch` gave no answer. */
  failed(error: unknown): void {
    this.#tell(this.#statusOf(error), {});
  }

  /** The answer is there, and nobody can look at it. */
  unseen(): void {
    this.#tell('ok', this.#usage(false));
  }

  /** @returns whether it is lost by this: it was not told, and will not be */
  giveUp(): boolean {
    const isLost = !this.#isTold;
    this.#isTold = true;
    return isLost;
  }

  /** The answer came to its end. */
  ended(): void {
    const { isComplete, hasFailed, isPromise } = this.answer;
    // What it cost is not known yet, and an estimate would be counted beside it. A stream tells its own end.
    if (isPromise && this.isStream !== true) return;
    const isCut = this.isStream === true && !isComplete;
    this.#tell(hasFailed || isCut ? 'error' : 'ok', this.#usage(!isCut));
  }

  /** The answer broke off: by an error, or because the app has stopped reading (no error). */
  broken(error?: unknown): void {
    const { isComplete, hasFailed } = this.answer;
    const brokeOff = error === undefined ? 'aborted' : this.#statusOf(error);
    const wasWhole = isComplete && this.isStream === true;
    this.#tell(hasFailed ? 'error' : wasWhole ? 'ok' : brokeOff, this.#usage(wasWhole));
  }

  /** Nobody reads the answer any more. */
  abandoned(): void {
    const wasAborted = this.#start.request.signal?.aborted === true;
    this.#tell(wasAborted ? 'aborted' : 'abandoned', this.#usage(false));
  }

  #tell(status: CallStatus, what: Partial<CallInput>): void {
    if (this.#isTold) return;
    const { provider, region, request, tags, startedAt, startedAtUnix } = this.#start;
    const { model, responseId, serviceTier } = this.answer;
    const call: CallInput = {
      model: model ?? request.model ?? UNKNOWN_MODEL,
      ...knownFields({
        ts: isoTime(startedAtUnix),
        ...tagFields(tags),
        provider,
        region,
        service_tier: serviceTier,
        status,
        latency_ms: milliseconds(startedAt, performance.now()),
        ttft_ms: milliseconds(startedAt, this.#firstTextAt),
        stream: this.isStream,
        attempt: request.attempt,
        response_id: responseId,
      }),
      ...what,
    };
    this.#isTold = true;
    this.#publish(call);
  }

  /** What the provider said; where it could not say all, or anything, an estimate by the text seen. Never zero for unknown. */
  #usage(isWhole: boolean): Partial<CallInput> {
    const { usage, textBytes } = this.answer;
    const output = tokens(textBytes);
    if (usage === undefined) return this.#estimate(output);
    if (isWhole) return { usage_raw: usage };
    return this.#start.format.isOutputCountedLast === true
      ? raiseOutput(usage, output)
      : { usage_raw: usage, usage_source: 'partial' };
  }

  #estimate(output: number | undefined): Partial<CallInput> {
    const input = tokens(this.#start.request.textBytes ?? 0);
    if (input === undefined && output === undefined) return {};
    const usage = knownFields({ input_tokens: input, output_tokens: output });
    return { usage, usage_source: 'estimated' };
  }

  #statusOf(error: unknown): CallStatus {
    const { signal, timeoutMs } = this.#start.request;
    const elapsed = performance.now() - this.#start.startedAt;
    if (isTimeout(error) || isTimeout(signal?.reason)) return 'timeout';
    if (!isAbort(error) && signal?.aborted !== true) return 'error';
    // The SDK's own timeout aborts without a reason, and began a little before.
    return timeoutMs !== undefined && elapsed + HEAD_START_MS >= timeoutMs ? 'timeout' : 'aborted';
  }
}

/** Until its end, a stream counts one token of output, or none. */
function raiseOutput(usage: JsonObject, seen: number | undefined): Partial<CallInput> {
  const said = usage['output_tokens'];
  if (seen === undefined || typeof said !== 'number' || said >= seen) {
    return { usage_raw: usage, usage_source: 'partial' };
  }
  return { usage_raw: { ...usage, output_tokens: seen }, usage_source: 'estimated' };
}

function tokens(bytes: number): number | undefined {
  return bytes > 0 ? Math.ceil(bytes / BYTES_PER_TOKEN) : undefined;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Also of undici, as the cause of `TypeError: fetch failed`. https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md */
function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return error.name === 'TimeoutError' || /TIMEOUT|ETIMEDOUT/.test(code) || isTimeout(error.cause);
}

/** Undefined where the clock makes no sense: ingest would refuse the call for it. */
function milliseconds(from: number, to: number | undefined): number | undefined {
  const duration = Math.round((to ?? Number.NaN) - from);
  return duration >= 0 && duration <= 2_147_483_647 ? duration : undefined;
}

function isoTime(unixMs: number): string | undefined {
  const time = new Date(unixMs);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
