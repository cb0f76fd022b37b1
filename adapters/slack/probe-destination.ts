/** Asks whether a destination is alive without posting anything: Slack refuses a message without text by name, and knows its tokens. */
import type { DestinationAnswer } from '../../domain/doctor/judge-messages.ts';
import { type Destination, parseDestination } from '../../domain/notify/destination.ts';
import { postJson } from '../http/post-json.ts';
import { testToken } from './bot.ts';

const LONGEST_SNIPPET = 60;

/**
 * @param text as stored; a secret, and in no result
 * @param channel of the team, if it is one's and has one
 */
export async function probeDestination(
  text: string,
  channel: string | null,
): Promise<DestinationAnswer> {
  let destination: Destination;
  try {
    destination = parseDestination(text, channel);
  } catch (error) {
    return { state: 'unusable', why: (error as Error).message };
  }
  switch (destination.kind) {
    case 'slack-webhook':
      return probeWebhook(destination.url);
    case 'slack-bot':
      return probeBot(destination);
    case 'signed-webhook':
      return { state: 'not-asked' };
  }
}

async function probeBot(bot: Extract<Destination, { kind: 'slack-bot' }>) {
  const result = await testToken(bot, new Date());
  switch (result.state) {
    case 'delivered':
      return { state: 'token-known' } as const;
    case 'retry':
      return { state: 'silent', why: result.reason } as const;
    case 'permanent':
      return { state: 'token-refused', why: result.reason } as const;
  }
}

async function probeWebhook(url: URL): Promise<DestinationAnswer> {
  const answer = await postJson(url, JSON.stringify({ text: '' }), {}, new Date());
  if (answer.state === 'retry') return { state: 'silent', why: answer.reason };
  const { status, body } = answer;
  return { state: 'answered', status, body: body.slice(0, LONGEST_SNIPPET).toWellFormed() };
}
