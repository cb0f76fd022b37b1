/** What becomes of one message on its way to Slack, in words for whoever waits for it. */

export interface DeliveryFacts {
  attempts: number;
  deliveredAt: Date | null;
  failedAt: Date | null;
  nextAttemptAt: Date | null;
  lastError: string | null;
  /** Undelivered messages that go first. */
  before: number;
}

export type Progress =
  | { state: 'delivered'; says: string }
  /** It will not arrive, or not while anybody waits. */
  | { state: 'given-up'; says: string }
  | { state: 'waiting'; says: string };

/** @param until when whoever waits gives up */
export function judgeProgress(facts: DeliveryFacts, now: Date, until: Date): Progress {
  const { attempts, deliveredAt, failedAt, nextAttemptAt, before } = facts;
  const error = facts.lastError ?? 'no reason given';
  if (deliveredAt !== null) return { state: 'delivered', says: 'delivered' };
  if (failedAt !== null) {
    return {
      state: 'given-up',
      says: `Slack refused it for good: ${error}; store another webhook, \`tricost doctor\` has the command`,
    };
  }
  if (nextAttemptAt !== null && nextAttemptAt > until) {
    return {
      state: 'given-up',
      says: `not yet: ${error}; notify tries again at ${nextAttemptAt.toISOString()}`,
    };
  }
  const waits =
    before > 0
      ? `${before} undelivered ${before === 1 ? 'message goes' : 'messages go'} first`
      : attempts > 0
        ? `attempt ${attempts} failed: ${error}`
        : 'notify has not tried yet';
  if (now < until) return { state: 'waiting', says: waits };
  return {
    state: 'given-up',
    says: `not delivered in time: ${waits}; it stays in the outbox, and \`tricost doctor\` looks for the reason`,
  };
}
