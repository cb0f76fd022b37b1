/**
 * Posts one message to a Slack incoming webhook (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 * Own fetch: @slack/webhook neither retries a 429 nor tells how long Slack asked to wait.
 */
import { postJson } from '../http/post-json.ts';
import type { PostResult } from '../http/post-result.ts';

/**
 * @param url a secret; it is in no result and no error
 * @param now to read a `Retry-After` that is a date
 */
export async function postWebhook(url: URL, message: object, now: Date): Promise<PostResult> {
  const answer = await postJson(url, JSON.stringify(message), {}, now);
  if (answer.state === 'retry') return answer;
  // Anything else than "ok" is not Slack's yes: a proxy's login page answers 200 too.
  return answer.status === 200 && answer.body === 'ok'
    ? { state: 'delivered' }
    : { state: 'permanent', reason: answer.reason };
}
