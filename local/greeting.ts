/** What the runner says when everything is up. */

import type { InboxMessage } from './slack/inbox.ts';
import { payloadToText } from './slack/plain-text.ts';
import type { LocalTricost } from './start-tricost.ts';

export function greeting({ file }: LocalTricost): string {
  return `tricost is running; Ctrl-C stops it.

  Board         ${file.boardUrl}
  Slack inbox   ${file.slackInboxUrl}
  Queue         ${file.queueUrl}
  Database      ${withoutPassword(file.databaseUrl)}
  All of it     .tricost/local.json

Try next, in another terminal:
  psql "$(node -p 'require("./.tricost/local.json").databaseUrl')"
  npx tricost tail                          calls with their cost, as they land
  npx tricost alerts list                   the alerts that are open; alerts explain <feature> says why
  npx tricost schedules run spend-alert     today's alerts, unless they were sent before
  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_DEFAULT_REGION=${file.region} aws --endpoint-url ${file.sqsEndpoint} sqs send-message --queue-url ${file.queueUrl} --message-body '{"ts":"${new Date().toISOString()}","feature":"my.feature","provider":"openai","model":"gpt-5","usage":{"prompt_tokens":1200,"completion_tokens":300}}'
`;
}

export function messagesAsText(messages: readonly InboxMessage[]): string {
  return messages.map(({ payload }) => payloadToText(payload).replace(/^/gm, '  │ ')).join('\n\n');
}

/** A terminal is often a log: DATABASE_URL may be the address of a database that matters. */
function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.password = '';
  return url.toString();
}
