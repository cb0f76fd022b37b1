import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Block } from '../../../local/slack/block-kit.ts';
import { payloadToHtml } from '../../../local/slack/html.ts';
import { payloadToText } from '../../../local/slack/plain-text.ts';

const html = (text: string) => payloadToHtml({ text }).replace(/^<p>(.*)<\/p>$/s, '$1');

describe('mrkdwn as HTML', () => {
  test.each([
    ['plain\ntwo lines', 'plain<br>two lines'],
    ['*bold* _italic_ ~struck~', '<b>bold</b> <i>italic</i> <s>struck</s>'],
    ['*bold with _italic_ in it*', '<b>bold with <i>italic</i> in it</b>'],
    ['2*3*4 snake_case_name ~ 5', '2*3*4 snake_case_name ~ 5'],
    ['* not bold *', '* not bold *'],
    ['`code *not bold* :fire: <!channel>`', '<code>code *not bold* :fire: &lt;!channel&gt;</code>'],
    ['```pre\n`x` *y*```', '<pre>pre\n`x` *y*</pre>'],
    [':fire: and :unknown_thing:', '🔥 and :unknown_thing:'],
    ['a &lt;b&gt; &amp;amp; c', 'a &lt;b&gt; &amp;amp; c'],
    [
      '<https://example.com/?a=1&amp;b=2|the board>',
      '<a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">the board</a>',
    ],
    ['<javascript:alert(1)|click>', '<span>click</span>'],
    ['<!channel> <@U123>', '<mark>@channel</mark> <mark>@U123</mark>'],
  ])('%s', (source, expected) => {
    expect(html(source)).toBe(expected);
  });

  test('no text, in whatever place, becomes a tag or an attribute of its own', () => {
    const dangerous = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '<',
            '>',
            '"',
            "'",
            '&',
            '`',
            '*',
            '|',
            '<script>',
            'onload=',
            '<https://a|',
            '```',
            '\n',
          ),
          fc.string({ maxLength: 5 }),
        ),
        { maxLength: 20 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(dangerous, (text) => {
        const mrkdwn = { type: 'mrkdwn', text } as const;
        const plain = { type: 'plain_text', text } as const;
        const blocks: Block[] = [
          { type: 'header', text: plain },
          { type: 'section', text: mrkdwn, fields: [mrkdwn, plain] },
          { type: 'context', elements: [mrkdwn] },
          { type: 'actions', elements: [{ type: 'button', text: plain, url: text }] },
          { type: 'divider' },
        ];
        const rest = payloadToHtml({ blocks })
          .replace(
            /<a (class="button" )?href="(https?:\/\/|mailto:)[^"<>]*" target="_blank" rel="noreferrer noopener">/gi,
            '',
          )
          .replace(
            /<\/?(h3|p|div|b|i|s|a|code|pre|mark|span|br|hr)( class="(fields|context|actions|button)")? ?>/g,
            '',
          )
          .replace(/&(amp|lt|gt|quot|#39);/g, '');
        expect(rest).not.toMatch(/[<>"']/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('messages as text', () => {
  test('reads like the page, without its signs', () => {
    const text = payloadToText({
      text: 'fallback',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: ':fire: Spend' } },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: 'feature `support.reply` is *up*' },
          fields: [{ type: 'mrkdwn', text: '*Calls*\n12' }],
        },
        { type: 'divider' },
        { type: 'context', elements: [{ type: 'mrkdwn', text: 'a &amp; <https://b.c|d>' }] },
        {
          type: 'actions',
          elements: [
            { type: 'button', text: { type: 'plain_text', text: 'Board' }, url: 'https://b.c' },
          ],
        },
      ],
    });
    expect(text.split('\n')).toEqual([
      '🔥 Spend',
      'feature support.reply is up',
      '  Calls: 12',
      '―――',
      'a & d (https://b.c)',
      '[Board] https://b.c',
    ]);
  });

  test('no name moves the cursor of the terminal', () => {
    expect(payloadToText({ text: 'a\u001b[2Jb\u0007\rc\nd' })).toBe('a[2Jbc\nd');
  });
});
