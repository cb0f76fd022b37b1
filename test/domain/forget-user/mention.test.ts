import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Mention, rewriteStrings } from '../../../domain/forget-user/mention.ts';
import { judgeBody } from '../../../domain/forget-user/rejected-body.ts';

describe('a mention', () => {
  test.each([
    ['u_10421', 'u_10421', 'X'],
    ['u_10421', 'session-u_10421-7, u_10421', 'session-X-7, X'],
    ['u_10421', 'u_104211 xu_10421 u_10421_b éu_10421', 'u_104211 xu_10421 u_10421_b éu_10421'],
    ['ann@example.com', '<ann@example.com> joann@example.com', '<X> joann@example.com'],
    ['ann@example.com', 'ann@exampleXcom', 'ann@exampleXcom'],
    ['a.b*c(d)[e]', 'see a.b*c(d)[e].', 'see X.'],
    ['josé 🔥', 'josé 🔥!', 'X!'],
    // Too short to be searched for: only where the whole text is the id.
    ['7', 'page 7 of 7', 'page 7 of 7'],
    ['7', '7', 'X'],
  ])('of %s in %s', (id, text, expected) => {
    expect(new Mention(id).replaceIn(text, 'X')).toBe(expected);
  });

  test('of an id longer than a column takes is found in both its forms', () => {
    const mention = new Mention(`${'long'.repeat(60)}`);
    expect(mention.storedId).toHaveLength(200);
    expect(mention.replaceIn(`${'long'.repeat(60)} ${mention.storedId}`, 'X')).toBe('X X');
  });

  test('is gone after it was replaced, whatever the id and the text around it', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const separator = fc.constantFrom(' ', '/', '"', '\\', '-', '\n', '<', '');
    const parts = fc.array(fc.tuple(text, separator), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 6, maxLength: 30 }),
        parts,
        (id, around) => {
          const mention = new Mention(id);
          fc.pre(mention.searched);
          const whole = around
            .map(([part, gap]) => `${part}${gap}${mention.storedId}${gap}`)
            .join(' ');
          expect(mention.isIn(mention.replaceIn(whole, 'forgotten-0a1b2c3d'))).toBe(false);
        },
      ),
    );
  });
});

test('rewriting the strings of JSON changes nothing else in it', () => {
  const json =
    '{"n": 12345678901234567890.123, "u": ["u_10421", {"u_10421": "\\"u_10421\\" \\u0041"}], "b": null}';
  const mention = new Mention('u_10421');
  expect(rewriteStrings(json, (text) => text)).toBe(json);
  expect(rewriteStrings(json, (text) => mention.replaceIn(text, 'X'))).toBe(
    '{"n": 12345678901234567890.123, "u": ["X", {"X": "\\"X\\" A"}], "b": null}',
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      expect(rewriteStrings(text, (string) => `${string}!`)).toBe(JSON.stringify(withMark(value)));
    }),
  );
});

function withMark(value: unknown): unknown {
  if (typeof value === 'string') return `${value}!`;
  if (Array.isArray(value)) return value.map(withMark);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [`${key}!`, withMark(item)]),
  );
}

describe('a refused body', () => {
  const event = { user_id: 'u_10421', model: 'm' };
  const gzip = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');
  const base64 = Buffer.from(JSON.stringify(event)).toString('base64');

  test.each([
    ['as it is', JSON.stringify(event), 'mentions'],
    ['escaped', '{"user_id":"\\u0075_10421"}', 'mentions'],
    ['in an envelope', JSON.stringify({ v: 1, events: [{}, event] }), 'mentions'],
    ['in broken JSON', '{"user_id":"u_10421"', 'mentions'],
    ['compressed', JSON.stringify({ v: 1, encoding: 'gzip', data: gzip([event]) }), 'mentions'],
    ['in a CloudEvent', JSON.stringify({ specversion: '1.0', data_base64: base64 }), 'mentions'],
    ['compressed and broken', '{"v":1,"encoding":"gzip","data":"H4sI"}', 'unreadable'],
    ['of an unknown version', JSON.stringify({ v: 9, encoding: 'gzip', data: 'x' }), 'unreadable'],
    ['about another user', JSON.stringify({ user_id: 'u_104211' }), 'does not'],
    ['erased before', '', 'does not'],
  ])('%s', (_what, body, verdict) => {
    expect(judgeBody(body, new Mention('u_10421'))).toBe(verdict);
  });

  test('is judged by its user_id when the id is short', () => {
    const mention = new Mention('7');
    expect(judgeBody('[{"user_id":" 7 "}]', mention)).toBe('mentions');
    expect(judgeBody('{"specversion":"1.0","data":{"user_id":"7"}}', mention)).toBe('mentions');
    expect(judgeBody('{"user_id":"8","retries":"7"}', mention)).toBe('does not');
    expect(judgeBody('{"user_id":"7"', mention)).toBe('unreadable');
  });
});
