/** Sends what the inbox received on to a real webhook, once: the inbox has it already, and a wrong address stays wrong. */

/** Slack answers within a second; a stop of the runner waits for what is on its way. */
const TIMEOUT_MS = 10_000;

/**
 * @param webhookUrl a secret: it never appears in a message or a log
 * @param onFailure told why Slack did not take a message, in words that follow `SLACK_WEBHOOK_URL: `
 */
export function forwardToSlack(
  webhookUrl: URL,
  onFailure: (problem: string) => void,
): (body: string) => Promise<void> {
  return async (body) => {
    const problem = await post(webhookUrl, body).catch((error: unknown) => causeOf(error));
    if (problem !== undefined) {
      onFailure(`${problem}; the message is in the local inbox only`);
    }
  };
}

/** What went wrong; undefined when nothing did. */
async function post(webhookUrl: URL, body: string): Promise<string | undefined> {
  const response = await fetch(webhookUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    // Never followed: the message would go to an address that nobody configured.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.text();
  // Slack's own are a word, such as no_service; a page of another server would fill the terminal.
  if (response.ok) return undefined;
  return `Slack answered ${response.status} ${answer.slice(0, 100).trim()}`.trim();
}

/** fetch says only that it failed; its cause names the reason, a code such as ENOTFOUND. */
function causeOf(error: unknown): string {
  const { name, cause } = error as Error;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return `Slack cannot be reached (${code ?? name})`;
}
