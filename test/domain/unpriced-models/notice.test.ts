/** What Slack is told of models without a price: true, readable, and in nobody else's words. */
import { describe, expect, test } from 'vitest';
import {
  type ResolvedModel,
  resolvedNotice,
  unpricedNotice,
} from '../../../domain/unpriced-models/notice.ts';
import type { UnpricedModel } from '../../../domain/unpriced-models/unpriced-models.ts';
import { checkPayload } from '../../../local/slack/check-payload.ts';

const unpriced = (more: Partial<UnpricedModel> = {}): UnpricedModel => ({
  ...{ provider: 'openai', model: 'gpt-9', cause: 'price', detail: '', feature: 'support.reply' },
  why: { what: 'the price list has no openai gpt-9', toDo: 'enter it with `tricost prices set`' },
  ...more,
});
const resolved = (more: Partial<ResolvedModel> = {}): ResolvedModel => ({
  ...{ provider: 'openai', model: 'gpt-9', calls: 1_204, costUsd: 12_340_000_000_000n },
  left: [],
  ...more,
});

const HOSTILE = '<!channel> *x* `y` </https://evil.example|click>\u202e';

test('one model: which, where, why, and what to do', () => {
  expect(unpricedNotice([unpriced()], false)).toEqual({
    text: ':grey_question: Calls of `openai` `gpt-9` have no price: what they cost is unknown, and in no total',
    blocks: [
      expect.anything(),
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*`openai` `gpt-9`*, first in feature `support.reply`' },
      },
      {
        type: 'section',
        text: {
          type: 'plain_text',
          text: 'The price list has no openai gpt-9. Enter it with “tricost prices set”.',
        },
      },
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            text: 'all of them: reporting.unpriced_calls · once there is a price, stored calls get their cost by themselves',
          },
        ],
      },
    ],
  });
});

test('many models: how many, the first five, and that there are more', () => {
  const models = Array.from({ length: 30 }, (_, index) => unpriced({ model: `gpt-${index}` }));
  const text = JSON.stringify(unpricedNotice(models, true));
  expect(text).toContain('Calls of 30 models have no price');
  expect(text).toContain('and 25 more');
  expect(text).toContain('further models are told of in a day');
  expect(text).toContain('`gpt-4`');
  expect(text).not.toContain('`gpt-5`');
});

test('a model that has its price: how many calls, and what they cost', () => {
  expect(resolvedNotice([resolved()]).text).toBe(
    ':white_check_mark: Every call of `openai` `gpt-9` has a cost now: 1,204 stored calls were priced, $12.34 in all',
  );
  const both = resolvedNotice([resolved(), resolved({ model: 'gpt-10', calls: 1, costUsd: 0n })]);
  expect(both.text).toBe(
    ':white_check_mark: Every call of 2 models has a cost now: 1,205 stored calls were priced, $12.34 in all',
  );
  expect(JSON.stringify(both)).toContain('1 stored call was priced, $0.00 in all');
});

test('a model that has calls without a cost left is not said to have none', () => {
  const left = [{ what: 'gpt-9 has no price for output', toDo: 'enter it' }];
  const one = resolvedNotice([resolved({ left })]);
  expect(one.text).toBe(
    ':white_check_mark: Calls of `openai` `gpt-9` have a cost now: 1,204 stored calls were priced, $12.34 in all; others still have none (reporting.unpriced_calls)',
  );
  expect(JSON.stringify(one)).toContain('Gpt-9 has no price for output. Enter it.');
  const both = resolvedNotice([resolved(), resolved({ model: 'gpt-10', left })]);
  expect(both.text).toContain('Calls of 2 models have a cost now');
  expect(JSON.stringify(both)).toContain('Gpt-9 has no price for output. Enter it.');
});

test('models whose calls are without something else still are not said to have a cost', () => {
  const still = {
    calls: 0,
    costUsd: 0n,
    left: [{ what: 'no price for output', toDo: 'enter it' }],
  };
  expect(resolvedNotice([resolved(still)]).text).toBe(
    ':grey_question: Calls of `openai` `gpt-9` still have no cost',
  );
  const both = JSON.stringify(resolvedNotice([resolved(still), resolved({ model: 'gpt-10' })]));
  expect(both).toContain('Calls of 2 models have a cost now: 1,204 stored calls were priced');
  expect(both).toContain('still no cost');
});

describe('Slack takes', () => {
  const longest = 'm'.repeat(600);
  test.each([
    ['a hostile model', unpricedNotice([unpriced({ model: HOSTILE, feature: HOSTILE })], false)],
    [
      'the longest sentences about the longest names',
      unpricedNotice(
        Array.from({ length: 20 }, () =>
          unpriced({
            ...{ provider: longest, model: longest, feature: longest },
            why: { what: longest.repeat(4), toDo: `"${HOSTILE}"`.repeat(40) },
          }),
        ),
        true,
      ),
    ],
    ['a resolved one', resolvedNotice([resolved({ model: HOSTILE })])],
    [
      'many of them',
      resolvedNotice(
        Array.from({ length: 40 }, () =>
          resolved({
            ...{ provider: longest, model: longest },
            left: [{ what: longest.repeat(4), toDo: HOSTILE }],
          }),
        ),
      ),
    ],
  ])('%s', (_what, message) => {
    expect(checkPayload(JSON.stringify(message))).toHaveProperty('payload');
    for (const block of [{ text: { type: 'mrkdwn', text: message.text } }, ...message.blocks]) {
      const { text } = block as { text?: { type: string; text: string } };
      // In plain text Slack renders nothing.
      if (text?.type !== 'mrkdwn') continue;
      expect(text.text).not.toContain('<');
      expect(text.text).not.toContain('\u202e');
    }
  });
});
