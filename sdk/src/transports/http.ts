/** `tricost/http`: messages as POST requests, to a collector of your own in front of the queue. */
import type { Message } from '../delivery/message-packer.ts';
import type { Transport } from '../delivery/transport.ts';
import { reach } from './reach.ts';

export interface HttpOptions {
  url: string | URL;
  /** For example `authorization`. */
  headers?: Readonly<Record<string, string>>;
}

/** What the same message will be answered again; a wrong address or key may be mended while it is retried. */
const REFUSALS = new Set([400, 413, 415, 422]);

/** Each message is the JSON body of a request of its own; any answer of 200 to 299 means that it is taken. */
export function httpTransport({ url, headers = {} }: HttpOptions): Transport {
  async function post({ body }: Message, signal: AbortSignal): Promise<void> {
    const response = await reach(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal,
    });
    const text = await response.text();
    if (!response.ok) throw new HttpError(response.status, text);
  }
  return {
    async send(messages, signal) {
      const results = await Promise.allSettled(messages.map((message) => post(message, signal)));
      const failed: number[] = [];
      const refused: number[] = [];
      let cause: unknown;
      for (const [index, { sequence }] of messages.entries()) {
        const result = results[index];
        if (result?.status !== 'rejected') continue;
        cause ??= result.reason;
        (isRefusal(result.reason) ? refused : failed).push(sequence);
      }
      return { failed, refused, cause };
    },
  };
}

class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, answer: string) {
    super(`the collector answered ${status}: ${answer.slice(0, 500)}`);
    this.status = status;
  }
}

function isRefusal(reason: unknown): boolean {
  return reason instanceof HttpError && REFUSALS.has(reason.status);
}
