/** What whoever waits for the test message is told, and when the waiting ends. */
import { expect, test } from 'vitest';
import { testMessage } from '../../../domain/alerts-test/message.ts';
import { type DeliveryFacts, judgeProgress } from '../../../domain/alerts-test/progress.ts';
import { checkPayload } from '../../../local/slack/check-payload.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const UNTIL = new Date('2026-11-25T12:01:30Z');
const LATER = new Date('2026-11-25T13:00:00Z');
const FACTS: DeliveryFacts = {
  attempts: 0,
  deliveredAt: null,
  failedAt: null,
  nextAttemptAt: null,
  lastError: null,
  before: 0,
};

test.each([
  [{}, 'waiting', 'notify has not tried yet'],
  [{ before: 2 }, 'waiting', '2 undelivered messages go first'],
  [
    { attempts: 1, lastError: 'HTTP 503', nextAttemptAt: UNTIL },
    'waiting',
    'attempt 1 failed: HTTP 503',
  ],
  [
    { attempts: 1, lastError: 'HTTP 429', nextAttemptAt: LATER },
    'given-up',
    'tries again at 2026-11-25T13',
  ],
  [
    { failedAt: NOW, lastError: 'HTTP 404 no_service' },
    'given-up',
    'for good: HTTP 404 no_service',
  ],
  [{ attempts: 1, deliveredAt: NOW }, 'delivered', 'delivered'],
] as [Partial<DeliveryFacts>, string, string][])('%j is %s', (changed, state, says) => {
  const progress = judgeProgress({ ...FACTS, ...changed }, NOW, UNTIL);
  expect(progress.state).toBe(state);
  expect(progress.says).toContain(says);
});

test('the waiting ends', () => {
  expect(judgeProgress(FACTS, UNTIL, UNTIL)).toEqual({
    state: 'given-up',
    says: expect.stringContaining('not delivered in time: notify has not tried yet'),
  });
});

test('Slack takes the message, which says that it is a test', () => {
  for (const stack of [undefined, 'Tricost']) {
    const message = testMessage(stack);
    expect(checkPayload(JSON.stringify(message))).toHaveProperty('payload');
    expect(message.text).toContain('This is a test');
  }
});
