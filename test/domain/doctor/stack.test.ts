/** Judging the stack: parameters, messages to people, schedules, event sources, queues. */
import { describe, expect, test } from 'vitest';
import {
  type DestinationAnswer,
  judgeAlarmEmail,
  judgeAlarmRecipient,
  judgeOutbox,
  judgeWebhook,
} from '../../../domain/doctor/judge-messages.ts';
import { judgeParameter, type ParameterFacts } from '../../../domain/doctor/judge-parameters.ts';
import {
  judgeCallsQueue,
  judgeDeadLetters,
  judgeEventSources,
  judgeLateDeliveries,
  judgeRejectedCalls,
  judgeSchedules,
} from '../../../domain/doctor/judge-stack.ts';
import { remedies } from './findings.ts';

test.each([
  [{ state: 'missing' }, 'mend'],
  [{ state: 'unreadable', why: 'AccessDeniedException' }, 'unknown'],
  [{ state: 'present', secure: true, empty: false, paddedOrQuoted: false }, 'well'],
  [{ state: 'present', secure: true, empty: true, paddedOrQuoted: false }, 'mend'],
  [{ state: 'present', secure: true, empty: false, paddedOrQuoted: true }, 'mend'],
  [{ state: 'present', secure: false, empty: false, paddedOrQuoted: false }, 'warning'],
] as [ParameterFacts, string][])('a parameter: %j is %s', (facts, state) => {
  const finding = judgeParameter('runtime-parameter', '/url', facts, remedies);
  expect(finding.state).toBe(state);
  if (state === 'mend') expect(finding.mend).toContain('--name /url');
});

describe('judgeWebhook', () => {
  const answered = (status: number, body: string): DestinationAnswer => ({
    state: 'answered',
    status,
    body,
  });

  test.each([
    [answered(400, 'no_text'), 'well'],
    [answered(400, 'invalid_payload'), 'well'],
    [answered(404, 'no_service'), 'mend'],
    [answered(404, 'no_active_hooks'), 'mend'],
    [answered(403, 'invalid_token'), 'mend'],
    [answered(410, 'channel_is_archived'), 'mend'],
    [answered(200, '<html>'), 'mend'],
    [answered(302, ''), 'mend'],
    [answered(400, 'Bad Request'), 'mend'],
    [{ state: 'silent', why: 'HTTP 503' }, 'unknown'],
    [{ state: 'unusable', why: 'it holds nothing' }, 'mend'],
    [{ state: 'token-known' }, 'well'],
    [{ state: 'token-refused', why: 'Slack auth.test: invalid_auth' }, 'mend'],
    [{ state: 'not-asked' }, 'well'],
  ] as [DestinationAnswer, string][])('%j is %s', (answer, state) => {
    expect(judgeWebhook(answer, '/hook', remedies).state).toBe(state);
  });
});

describe('judgeOutbox', () => {
  const now = new Date('2026-11-25T12:00:00Z');
  const facts = { pending: 0, oldestPendingAt: null, failed: 0, lastError: null };

  test.each([
    ['nothing', {}, 'well'],
    ['one on the way', { pending: 1, oldestPendingAt: new Date('2026-11-25T11:50:00Z') }, 'well'],
    ['one that waits', { pending: 1, oldestPendingAt: new Date('2026-11-25T11:00:00Z') }, 'mend'],
    ['a refused one', { failed: 1, lastError: 'HTTP 404 no_service' }, 'mend'],
  ] as const)('%s', (_what, changed, state) => {
    expect(judgeOutbox({ ...facts, ...changed }, now, remedies).state).toBe(state);
  });
});

describe('judgeAlarmRecipient', () => {
  const arn = 'arn:aws:sns:eu-west-1:1:Alarms';
  const someone = { protocol: 'email', endpoint: 'ops@example.com' };
  const judged = (
    subscriptions: { protocol: string; endpoint: string; confirmed: boolean }[],
    email?: string,
  ) => judgeAlarmRecipient(subscriptions, email, arn, remedies);

  test('who has confirmed hears the alarms; who has not gets the mail again', () => {
    expect(judged([{ ...someone, confirmed: true }]).state).toBe('well');
    expect(judged([{ ...someone, confirmed: false }], 'ops@example.com')).toMatchObject({
      state: 'mend',
      mend: expect.stringContaining(
        `aws sns subscribe --topic-arn ${arn} --protocol email --notification-endpoint ops@example.com`,
      ),
    });
  });

  test('nobody is a warning where nobody was asked for, else something to mend', () => {
    expect(judged([]).state).toBe('warning');
    expect(judged([], 'ops@example.com').state).toBe('mend');
    expect(judgeAlarmEmail(undefined, remedies).state).toBe('warning');
    expect(judgeAlarmEmail('ops@example.com', remedies).state).toBe('well');
  });
});

describe('judgeSchedules', () => {
  const schedule = (name: string, enabled = true) => ({
    name,
    enabled,
  });
  const ALL = [schedule('create-partitions'), schedule('reprice'), schedule('spend-alert')];

  test('enabled, disabled, missing', () => {
    expect(judgeSchedules(ALL, false, remedies).state).toBe('well');
    expect(judgeSchedules(ALL.slice(1), false, remedies)).toMatchObject({
      state: 'mend',
      says: 'create-partitions does not exist',
    });
    expect(judgeSchedules(ALL, true, remedies)).toMatchObject({
      state: 'mend',
      says: 'canary does not exist',
    });
    const disabled = judgeSchedules(
      [...ALL.slice(1), schedule('create-partitions', false)],
      false,
      remedies,
    );
    expect(disabled).toMatchObject({
      state: 'mend',
      says: 'disabled: create-partitions',
      mend: 'npx tricost schedules resume create-partitions --aws --stack Tricost',
    });
  });
});

test('event sources: enabled, disabled, missing', () => {
  const source = (...states: string[]) => ({
    queue: 'calls',
    mappings: states.map((state, index) => ({ id: `id-${index}`, state })),
  });
  expect(judgeEventSources([source('Enabled')], remedies).state).toBe('well');
  expect(judgeEventSources([source()], remedies).state).toBe('mend');
  expect(judgeEventSources([source('Disabled')], remedies)).toMatchObject({
    state: 'mend',
    mend: 'aws lambda update-event-source-mapping --uuid id-0 --enabled',
  });
});

test('queues: what waits, what is dead, what was refused', () => {
  expect(judgeCallsQueue(10, remedies).state).toBe('well');
  expect(judgeCallsQueue(10_001, remedies).state).toBe('warning');
  const dead = (count: number) => [{ queue: 'calls', count, runbook: 'calls-dead-letters' }];
  expect(judgeDeadLetters('dead-letters', dead(0), remedies).state).toBe('well');
  expect(judgeDeadLetters('dead-letters', dead(2), remedies)).toMatchObject({
    state: 'mend',
    says: '2 in the calls queue',
    mend: 'npx tricost dlq peek --queue calls --aws --stack Tricost, then docs/runbook.md#calls-dead-letters',
  });
  expect(judgeRejectedCalls([], remedies).state).toBe('well');
  expect(
    judgeRejectedCalls(
      [
        { reason: 'ts_too_old', count: 3 },
        { reason: 'not_json', count: 1 },
      ],
      remedies,
    ),
  ).toMatchObject({
    state: 'warning',
    says: expect.stringContaining('4 in the last day, most of them ts_too_old'),
  });
  const latestAt = new Date('2026-11-23T13:00:00Z');
  expect(judgeLateDeliveries({ envelopes: 1, producers: 1, latestAt }, remedies)).toMatchObject({
    state: 'warning',
    says: expect.stringContaining(
      '1 envelope of 1 producer missing for more than a day, the latest since 2026-11-23T13 h UTC',
    ),
    mend: 'npx tricost deliveries --aws --stack Tricost',
  });
});
