/** Judges whether messages reach people: the webhook, the outbox, and who hears the alarms. */
import { type Finding, mend, unknown, warning, well } from './finding.ts';
import { type Remedies, shellQuoted } from './remedies.ts';

/** What a destination answered to something that it never posts. */
export type DestinationAnswer =
  /** A Slack webhook, to a message without text. */
  | { state: 'answered'; status: number; body: string }
  | { state: 'token-known' }
  | { state: 'token-refused'; why: string }
  | { state: 'silent'; why: string }
  /** A signed webhook: whatever it is sent is a message. */
  | { state: 'not-asked' }
  /** The parameter holds nothing that messages can be sent to. */
  | { state: 'unusable'; why: string };

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors */
const EMPTY_MESSAGE = /^(no_text|invalid_payload|missing_text_or_fallback_or_attachments)$/;

export function judgeWebhook(
  answer: DestinationAnswer,
  parameter: string,
  remedies: Remedies,
): Finding {
  const renew = `make a new webhook or bot token at https://api.slack.com/apps and store it: ${remedies.putParameter(parameter)}`;
  const shows = `\`${remedies.tricost('alerts test')}\` shows`;
  switch (answer.state) {
    case 'unusable':
      return mend('webhook', `${parameter}: ${answer.why}`, renew);
    case 'silent':
      return unknown('webhook', `Slack did not say: ${answer.why}`);
    case 'not-asked':
      return well('webhook', `a signed webhook; whether it takes a message, ${shows}`);
    case 'token-known':
      return well('webhook', `Slack knows the token; whether the channel takes one, ${shows}`);
    case 'token-refused':
      return mend('webhook', `dead: ${answer.why}`, renew);
    case 'answered':
      break;
  }
  const { status, body } = answer;
  if (status === 400 && EMPTY_MESSAGE.test(body)) {
    return well(
      'webhook',
      `alive: it refused a message without text (${body}). Whether the channel takes one, ${shows}`,
    );
  }
  if (status === 403 || status === 404 || status === 410) {
    return mend('webhook', `dead: Slack answered HTTP ${status} ${body}`.trimEnd(), renew);
  }
  return mend('webhook', `not a Slack webhook: it answered HTTP ${status}`, renew);
}

export interface OutboxFacts {
  pending: number;
  oldestPendingAt: Date | null;
  /** Refused for good and not sent since. */
  failed: number;
  lastError: string | null;
}

const LATE_MS = 15 * 60_000;

export function judgeOutbox(facts: OutboxFacts, now: Date, remedies: Remedies): Finding {
  const { pending, oldestPendingAt, failed, lastError } = facts;
  const because = lastError === null ? '' : `: ${lastError}`;
  if (failed > 0) {
    return mend(
      'outbox',
      `${messages(failed)} refused by Slack for good${because}`,
      `mend the webhook, then send again: ${remedies.sql('update tricost.outbox set failed_at = null where failed_at is not null and delivered_at is null')} && ${remedies.tricost('alerts test')}`,
    );
  }
  const ageMs = oldestPendingAt === null ? 0 : now.getTime() - oldestPendingAt.getTime();
  if (ageMs > LATE_MS) {
    return mend(
      'outbox',
      `${messages(pending)} waiting for ${Math.round(ageMs / 60_000)} minutes${because}`,
      `wake notify, and see what it says: ${remedies.tricost('alerts test')}`,
    );
  }
  return well('outbox', pending === 0 ? 'nothing waits' : `${messages(pending)} on the way`);
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${count} messages`;
}

export interface SubscriptionFacts {
  protocol: string;
  endpoint: string;
  confirmed: boolean;
}

/** @param alarmEmail undefined: `"none"` in the configuration */
export function judgeAlarmRecipient(
  subscriptions: readonly SubscriptionFacts[],
  alarmEmail: string | undefined,
  topicArn: string,
  remedies: Remedies,
): Finding {
  const confirmed = subscriptions.filter((subscription) => subscription.confirmed);
  if (confirmed.length > 0) {
    return well(
      'alarm-recipient',
      `alarms reach ${confirmed.map(({ endpoint }) => endpoint).join(', ')}`,
    );
  }
  const [pending] = subscriptions;
  if (pending !== undefined) {
    return mend(
      'alarm-recipient',
      `${pending.endpoint} has not confirmed, so alarms reach nobody`,
      `click the link in the mail "AWS Notification - Subscription Confirmation"; to have it sent again: aws sns subscribe --topic-arn ${topicArn} --protocol ${shellQuoted(pending.protocol)} --notification-endpoint ${shellQuoted(pending.endpoint)}`,
    );
  }
  if (alarmEmail !== undefined) {
    return mend(
      'alarm-recipient',
      `alarmEmail is ${alarmEmail}, and the topic has no subscription`,
      `${remedies.deploy}; if that changes nothing: aws sns subscribe --topic-arn ${topicArn} --protocol email --notification-endpoint ${shellQuoted(alarmEmail)}`,
    );
  }
  return judgeAlarmEmail(undefined, remedies);
}

/** Before there is a topic: what the configuration says. */
export function judgeAlarmEmail(alarmEmail: string | undefined, remedies: Remedies): Finding {
  return alarmEmail === undefined
    ? warning(
        'alarm-recipient',
        'alarmEmail is "none": alarms reach nobody',
        `set "alarmEmail" in tricost.config.json, then ${remedies.deploy}`,
      )
    : well('alarm-recipient', `alarms will go to ${alarmEmail}, once it has confirmed`);
}
