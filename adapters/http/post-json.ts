/** Posts JSON to an address that somebody configured, and trusts nothing that answers there. */

export type Answer =
  | { state: 'answered'; status: number; body: string; reason: string }
  /** The receiver, or the way to it, is not well: the same may go through later. */
  | Retry;

export interface Retry {
  state: 'retry';
  reason: string;
  /** What the receiver asked for. */
  afterSeconds?: number;
}

const TIMEOUT_MS = 10_000;
/** Slack's own answers are shorter; an endless one of another server must not fill the memory. */
const LONGEST_ANSWER = 16_384;
const LONGEST_SNIPPET = 200;

/**
 * @param url a secret; it is in no answer
 * @param now to read a `Retry-After` that is a date
 */
export async function postJson(
  url: URL,
  body: string,
  headers: Record<string, string>,
  now: Date,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      // Never followed: the message would go to an address that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { status } = response;
    const text = (await beginning(response)).trim();
    const reason = `HTTP ${status} ${text.slice(0, LONGEST_SNIPPET).toWellFormed()}`.trimEnd();
    if (status !== 408 && status !== 425 && status !== 429 && status < 500) {
      return { state: 'answered', status, body: text, reason };
    }
    const afterSeconds = retryAfter(response.headers.get('retry-after'), now);
    return { state: 'retry', reason, ...(afterSeconds === undefined ? {} : { afterSeconds }) };
  } catch (error) {
    return { state: 'retry', reason: networkReason(error) };
  }
}

async function beginning({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    // Leaving the loop ends the connection.
    if (text.length > LONGEST_ANSWER) break;
  }
  return text;
}

/** Seconds, or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after). */
function retryAfter(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now.getTime()) / 1_000));
}

/** The code alone: the message of a network error may quote the address. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
  return `network error ${code}`;
}
