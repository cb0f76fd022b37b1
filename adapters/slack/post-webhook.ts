/**
 * Posts one message to a Slack incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 * Own fetch: @slack/webhook neither retries a 429 nor tells how long Slack asked to wait.
 */

export type PostResult =
  | { state: 'delivered' }
  /** Slack, or the way to it, is not well: the same message may go through later. */
  | { state: 'retry'; reason: string; afterSeconds: number | undefined }
  /** Slack will never take this message at this address. */
  | { state: 'permanent'; reason: string };

const TIMEOUT_MS = 10_000;
const LONGEST_SNIPPET = 200;

/**
 * @param webhookUrl a secret; it is in no result and no error
 * @param now to read a `Retry-After` that is a date
 */
export async function postWebhook(
  webhookUrl: URL,
  message: object,
  now: Date,
): Promise<PostResult> {
  try {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(message),
      // Never followed: the message would go to an address that nobody configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return judge(response, (await response.text()).trim(), now);
  } catch (error) {
    return { state: 'retry', reason: networkReason(error), afterSeconds: undefined };
  }
}

function judge(response: Response, body: string, now: Date): PostResult {
  const { status, headers } = response;
  const reason = `HTTP ${status} ${body.slice(0, LONGEST_SNIPPET).toWellFormed()}`.trimEnd();
  if (status === 429 || status === 408 || status >= 500) {
    return { state: 'retry', reason, afterSeconds: retryAfter(headers.get('retry-after'), now) };
  }
  // Anything else than "ok" is not Slack's yes: a proxy's login page answers 200 too.
  return status === 200 && body === 'ok' ? { state: 'delivered' } : { state: 'permanent', reason };
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
