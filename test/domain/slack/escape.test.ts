import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codeSpan } from '../../../domain/slack/escape.ts';
import { anyName } from '../spend-alert/example-spend.ts';

describe('a name from outside', () => {
  test.each([
    ['support.reply', '`support.reply`'],
    ['<!channel>', '`&lt;!channel&gt;`'],
    ['<@U123|you>', '`&lt;@U123|you&gt;`'],
    ['&lt;!here&gt;', '`&amp;lt;!here&amp;gt;`'],
    ['a`b`c', "`a'b'c`"],
    ['line\r\nbreak\u2028and\ttab', '`line break and tab`'],
    ['\u202Egpj.evil\u202C', '`gpj.evil`'],
    ['zero\u200Bwidth\uFEFF\u2060', '`zerowidth`'],
    ['\u3164\u200D', '`(blank)`'],
    ['  ', '`(blank)`'],
    ['日本語 🔥', '`日本語 🔥`'],
    ['👩‍💻 👩🏽‍🚀 ❤️‍🔥', '`👩‍💻 👩🏽‍🚀 ❤️‍🔥`'],
    ['a\u200Db', '`ab`'],
    ['lone \uD800', '`lone \uFFFD`'],
  ])('%j is %j', (name, expected) => {
    expect(codeSpan(name)).toBe(expected);
  });

  test('is cut to 80 characters, between characters', () => {
    expect(codeSpan('x'.repeat(80))).toBe(`\`${'x'.repeat(80)}\``);
    expect(codeSpan('x'.repeat(3_000))).toBe(`\`${'x'.repeat(79)}…\``);
    expect(codeSpan('🔥'.repeat(3_000))).toBe(`\`${'🔥'.repeat(79)}…\``);
    // Three code points each: 26 whole ones fit into 79.
    expect(codeSpan('👩‍💻'.repeat(500))).toBe(`\`${'👩‍💻'.repeat(26)}…\``);
    expect(codeSpan(`e${'\u0301'.repeat(3_000)}`)).toBe(`\`e${'\u0301'.repeat(78)}…\``);
  });

  test('never leaves its code span, whatever it is', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const inside = codeSpan(name).slice(1, -1);
        expect(inside).not.toMatch(/[<>`\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(inside).not.toMatch(/[\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069]/u);
        expect(inside.replaceAll(/&(amp|lt|gt);/g, '')).not.toContain('&');
        expect([...inside.replaceAll(/&(amp|lt|gt);/g, '_')].length).toBeLessThanOrEqual(80);
        expect(inside.isWellFormed()).toBe(true);
        expect(inside.trim()).not.toBe('');
      }),
      { numRuns: 1_000 },
    );
  });
});
