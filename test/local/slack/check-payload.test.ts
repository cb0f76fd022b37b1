import { describe, expect, test } from 'vitest';
import { checkPayload } from '../../../local/slack/check-payload.ts';

const text = (length: number) => 'x'.repeat(length);
const section = (length: number) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: text(length) },
});
const fields = (count: number, length = 1) => ({
  type: 'section',
  fields: Array.from({ length: count }, () => ({ type: 'mrkdwn', text: text(length) })),
});
const header = (length: number, type = 'plain_text') => ({
  type: 'header',
  text: { type, text: text(length) },
});
const context = (count: number) => ({
  type: 'context',
  elements: Array.from({ length: count }, () => ({ type: 'mrkdwn', text: 'x' })),
});
const button = (url: unknown, label = 'Open') => ({
  type: 'actions',
  elements: [{ type: 'button', text: { type: 'plain_text', text: label }, url }],
});
const blocks = (...list: unknown[]) => ({ text: 'fallback', blocks: list });
const many = (count: number, block: unknown) =>
  blocks(...Array.from({ length: count }, () => block));

const verdict = (payload: unknown) => {
  const checked = checkPayload(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return 'error' in checked ? checked.error : 'ok';
};

describe('Slack takes', () => {
  test.each<[string, unknown]>([
    ['text alone', { text: 'hello' }],
    ['text as long as allowed', { text: text(40_000) }],
    ['attachments alone', { attachments: [{}] }],
    ['a section as long as allowed', blocks(section(3_000))],
    ['ten fields', blocks(fields(10))],
    ['a field as long as allowed', blocks(fields(1, 2_000))],
    ['a header as long as allowed', blocks(header(150))],
    ['ten context elements', blocks(context(10))],
    ['fifty blocks', many(50, { type: 'divider' })],
    ['a button with an address', blocks(button('https://example.com'))],
    ['a button without one', blocks(button(undefined))],
  ])('%s', (_, payload) => {
    expect(verdict(payload)).toBe('ok');
  });
});

describe('Slack refuses', () => {
  test.each<[string, unknown, string]>([
    ['no JSON', 'payload', 'invalid_payload'],
    ['a list', [], 'invalid_payload'],
    ['text that is no text', { text: 5 }, 'invalid_payload'],
    ['nothing', {}, 'no_text'],
    ['empty text', { text: '' }, 'no_text'],
    ['text too long', { text: text(40_001) }, 'msg_too_long'],
    ['no blocks in a list of blocks', blocks(), 'invalid_blocks'],
    ['fifty-one blocks', many(51, { type: 'divider' }), 'invalid_blocks'],
    ['a block of no known type', blocks({ type: 'poem' }), 'invalid_blocks'],
    ['a section too long', blocks(section(3_001)), 'invalid_blocks'],
    ['an empty section text', blocks(section(0)), 'invalid_blocks'],
    ['a section with nothing', blocks({ type: 'section' }), 'invalid_blocks'],
    ['eleven fields', blocks(fields(11)), 'invalid_blocks'],
    ['a field too long', blocks(fields(1, 2_001)), 'invalid_blocks'],
    ['a header too long', blocks(header(151)), 'invalid_blocks'],
    ['a header in mrkdwn', blocks(header(5, 'mrkdwn')), 'invalid_blocks'],
    ['eleven context elements', blocks(context(11)), 'invalid_blocks'],
    ['a button without an address of a kind', blocks(button('board')), 'invalid_blocks'],
    ['a button label too long', blocks(button('https://a.b', text(76))), 'invalid_blocks'],
    ['a block_id too long', blocks({ type: 'divider', block_id: text(256) }), 'invalid_blocks'],
    ['blocks that are long together', many(5, section(2_900)), 'msg_blocks_too_long'],
    ['too many attachments', { attachments: Array(101).fill({}) }, 'too_many_attachments'],
  ])('%s', (_, payload, error) => {
    expect(verdict(payload)).toBe(error);
  });
});
