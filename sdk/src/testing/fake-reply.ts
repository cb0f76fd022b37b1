/** What a fake provider is asked, and how it answers. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface FakeRequest {
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed; `{}` where there is none. */
  body: Record<string, unknown>;
}

export interface FakeReply {
  contentType: string;
  /** Sent one by one: an answer has one piece, a stream one for each event. */
  pieces: readonly (string | Uint8Array)[];
}

/** Every answer says this, in as many pieces where it is a stream: not all of it ASCII. */
export const WORDS = ['Grüße', ', ', '世界', ' ', '🙂', '!'] as const;
export const TEXT = WORDS.join('');

/**
 * What the ids of all answers of this process end with. Another process has another: calls of two with one id would be one call
 * that was seen twice.
 */
export const ANSWER_ID = /* @__PURE__ */ randomUUID().slice(0, 8);

export function json(value: unknown): FakeReply {
  return { contentType: 'application/json', pieces: [JSON.stringify(value)] };
}

/** @param name whether events have one, as Anthropic's and those of OpenAI's Responses do */
export function eventStream(events: readonly object[], { name = false } = {}): FakeReply {
  const pieces = events.map((event) => {
    const line = name && 'type' in event ? `event: ${event.type}\n` : '';
    return `${line}data: ${JSON.stringify(event)}\n\n`;
  });
  return { contentType: 'text/event-stream; charset=utf-8', pieces };
}
