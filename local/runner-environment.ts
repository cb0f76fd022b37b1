/** What the runner takes from your shell, checked before anything is started or cleared. */
import { parseDestination } from '../domain/notify/destination.ts';
import { type OwnDatabase, reachOwnDatabase } from './postgres/own-database.ts';

export interface RunnerEnvironment {
  /** Undefined: the embedded one. */
  ownDatabase: OwnDatabase | undefined;
  /** A secret. */
  slackWebhookUrl: URL | undefined;
}

/** @throws Error that begins with the variable's name and shows no secret. */
export async function readRunnerEnvironment(env: NodeJS.ProcessEnv): Promise<RunnerEnvironment> {
  const { DATABASE_URL: databaseUrl, SLACK_WEBHOOK_URL: slackWebhookUrl } = env;
  return {
    slackWebhookUrl: slackWebhookUrl ? readSlackWebhookUrl(slackWebhookUrl) : undefined,
    ownDatabase: databaseUrl ? await reachOwnDatabase(databaseUrl) : undefined,
  };
}

function readSlackWebhookUrl(text: string): URL {
  try {
    const destination = parseDestination(text, null);
    if (destination.kind === 'slack-webhook') return destination.url;
  } catch {
    // Said below.
  }
  throw new Error(
    'SLACK_WEBHOOK_URL: not an https:// address. Copy the one that Slack shows under Incoming Webhooks, or unset it: the local inbox needs none.',
  );
}
