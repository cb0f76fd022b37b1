/** Posts an event to a webhook as Standard Webhooks has it: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
import { createHmac } from 'node:crypto';
import { postJson } from '../http/post-json.ts';
import type { PostResult } from '../http/post-result.ts';

/**
 * @param url and
 * @param key are secrets; they are in no result
 * @param id the same in every attempt: receivers drop what they have by it
 */
export async function postSigned(
  url: URL,
  key: Buffer,
  { id, event, now }: { id: string; event: object; now: Date },
): Promise<PostResult> {
  const body = JSON.stringify(event);
  const timestamp = String(Math.floor(now.getTime() / 1_000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  const answer = await postJson(url, body, headers, now);
  if (answer.state === 'retry') return answer;
  return answer.status >= 200 && answer.status < 300
    ? { state: 'delivered' }
    : { state: 'permanent', reason: answer.reason };
}
