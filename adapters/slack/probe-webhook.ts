/** Asks a Slack webhook whether it is alive without posting anything: it refuses a message without text, by name. */
import type { WebhookAnswer } from '../../domain/doctor/judge-messages.ts';
import { readWebhookUrl } from './webhook-url.ts';

const TIMEOUT_MS = 10_000;
const LONGEST_SNIPPET = 60;

/** @param address as stored; a secret, and in no result */
export async function probeWebhook(address: string): Promise<WebhookAnswer> {
  let url: URL;
  try {
    url = readWebhookUrl(address);
  } catch {
    return { state: 'no-address' };
  }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ text: '' }),
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const body = (await response.text()).trim().slice(0, LONGEST_SNIPPET).toWellFormed();
    return { state: 'answered', status: response.status, body };
  } catch (error) {
    return { state: 'silent', why: networkReason(error) };
  }
}

/** The code alone: the message of a network error may quote the address. */
function networkReason(error: unknown): string {
  if (!(error instanceof Error)) return 'network error';
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1_000} s`;
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
