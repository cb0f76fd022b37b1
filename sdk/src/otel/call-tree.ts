/**
 * Keeps one call from being counted by two instrumentations, one span inside the other: LangChain's `chat` around the
 * OpenAI client's. The inner span ends first and is counted; what holds it is not, unless it says by another response id
 * that it is a call of its own.
 */
import type { FinishedSpan } from './finished-span.ts';

/** Spans that are waited for; more only when parents never end or are not exported. */
const MAX_HOLDERS = 10_000;
/** Response ids kept of the calls in a span; those of more are as good as unknown. */
const MAX_IDS = 16;
const UNKNOWN = '';

export class CallTree {
  /** By span that holds counted calls, their response ids. */
  readonly #holders = new Map<string, ReadonlySet<string>>();

  /**
   * Told of every span, in the order in which they end.
   *
   * @param call whether the span is a call, and its response id
   * @returns whether it is to be counted
   */
  end(span: FinishedSpan, call: { isCall: boolean; responseId: string | undefined }): boolean {
    const { traceId, spanId } = span.spanContext();
    const key = `${traceId}/${spanId}`;
    const held = this.#holders.get(key);
    this.#holders.delete(key);
    const isCounted = call.isCall && !isHeld(call.responseId, held);
    const ids = new Set(held);
    if (isCounted) ids.add(call.responseId ?? UNKNOWN);
    this.#hold(span, ids);
    return isCounted;
  }

  #hold(span: FinishedSpan, ids: ReadonlySet<string>): void {
    const parentId = span.parentSpanContext?.spanId ?? span.parentSpanId;
    if (ids.size === 0 || parentId === undefined || span.parentSpanContext?.isRemote === true)
      return;
    const key = `${span.spanContext().traceId}/${parentId}`;
    const all = new Set([...(this.#holders.get(key) ?? []), ...ids]);
    this.#holders.set(key, all.size > MAX_IDS ? new Set([UNKNOWN]) : all);
    if (this.#holders.size <= MAX_HOLDERS) return;
    const [oldest = ''] = this.#holders.keys();
    this.#holders.delete(oldest);
  }
}

function isHeld(responseId: string | undefined, held: ReadonlySet<string> | undefined): boolean {
  if (held === undefined) return false;
  return responseId === undefined || held.has(UNKNOWN) || held.has(responseId);
}
