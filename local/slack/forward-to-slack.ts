/** Sends what the inbox received on to a real webhook and hands back Slack's answer. */
import type { LoopbackResponse } from '../loopback-server.ts';

/** @param webhookUrl a secret: it never appears in a message or a log */
export function forwardToSlack(webhookUrl: URL): (body: string) => Promise<LoopbackResponse> {
  return async (body) => {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      // Never followed: the message would go to an address that nobody configured.
      redirect: 'manual',
    });
    const retryAfter = response.headers.get('retry-after');
    return {
      status: response.status,
      headers: retryAfter === null ? {} : { 'retry-after': retryAfter },
      body: await response.text(),
    };
  };
}
