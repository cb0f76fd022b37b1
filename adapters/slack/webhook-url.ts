/** The address of a Slack incoming webhook, as somebody typed it into the parameter store. */

/**
 * @throws Error that says what to do, and not what was there: the address is a secret
 */
export function readWebhookUrl(text: string): URL {
  const url = URL.parse(text.trim());
  const loopback = url !== null && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname);
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback))) {
    throw new Error(
      'the Slack webhook parameter does not hold an https:// address; put the one that Slack shows under Incoming Webhooks there',
    );
  }
  return url;
}
