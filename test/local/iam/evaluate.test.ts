import { describe, expect, test } from 'vitest';
import type { Statement } from '../../../local/assembly/resources/role.ts';
import { decide } from '../../../local/iam/evaluate.ts';

const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:calls';

const allow = (actions: string[], resources: string[] = [QUEUE]): Statement => ({
  effect: 'Allow',
  actions,
  resources,
  isConditional: false,
});
const deny = (actions: string[], resources?: string[]): Statement => ({
  ...allow(actions, resources),
  effect: 'Deny',
});

describe('sending to the queue', () => {
  test.each<[string, Statement[], string]>([
    ['nothing is allowed by default', [], 'implicitDeny'],
    ['the action and the resource', [allow(['sqs:SendMessage'])], 'allowed'],
    ['one action of several', [allow(['sqs:ReceiveMessage', 'sqs:SendMessage'])], 'allowed'],
    ['any case', [allow(['SQS:sendmessage'])], 'allowed'],
    ['another action', [allow(['sqs:ReceiveMessage'])], 'implicitDeny'],
    ['an action that only begins so', [allow(['sqs:SendMessageBatch'])], 'implicitDeny'],
    ['a wildcard', [allow(['sqs:Send*'], ['arn:aws:sqs:*:*:call?'])], 'allowed'],
    ['another queue', [allow(['sqs:SendMessage'], [`${QUEUE}-dead`])], 'implicitDeny'],
    ['a queue of another case', [allow(['sqs:*'], [QUEUE.toUpperCase()])], 'implicitDeny'],
    [
      'a dot that is no wildcard',
      [allow(['sqs:SendMessage'], [QUEUE.replace('-', '.')])],
      'implicitDeny',
    ],
    ['a deny beside it', [allow(['sqs:*']), deny(['sqs:SendMessage'])], 'explicitDeny'],
    ['a deny of something else', [allow(['sqs:*']), deny(['sqs:DeleteMessage'])], 'allowed'],
  ])('%s', (_title, statements, decision) => {
    expect(decide(statements, 'sqs:SendMessage', QUEUE)).toBe(decision);
  });

  test('a condition is not guessed at, unless it is about something else', () => {
    const conditional = { ...allow(['sqs:SendMessage']), isConditional: true };
    expect(() => decide([conditional], 'sqs:SendMessage', QUEUE)).toThrow(/depends on a condition/);
    expect(decide([conditional], 'sqs:DeleteMessage', QUEUE)).toBe('implicitDeny');
  });
});
