/** Ids that are remembered are those that would be computed. */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { rememberedIds } from '../../../sdk/src/prompts/remembered-ids.ts';
import { idOfSystemTexts } from '../../../sdk/src/prompts/request-prompt-id.ts';

test('the same id as without memory, for lists that read alike too', () => {
  const idOf = rememberedIds(idOfSystemTexts);
  const text = fc.constantFrom(
    '',
    'a',
    'b',
    'ab',
    '1:a',
    '1:a1:b',
    '["a","b"]',
    'x'.repeat(200_000),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      expect(idOf(texts)).toBe(idOfSystemTexts(texts));
    }),
  );
});

test('a text is hashed once', () => {
  const hash = vi.fn(idOfSystemTexts);
  const idOf = rememberedIds(hash);
  for (let call = 0; call < 5; call += 1) idOf(['You are a helpful support agent.', 'Be brief.']);
  expect(hash).toHaveBeenCalledOnce();
});

test('texts that are new each time, or huge, do not fill the memory', () => {
  const hash = vi.fn(() => 'p_1');
  const idOf = rememberedIds(hash);
  const first = ['x'.repeat(1_000)];
  idOf(first);
  for (let call = 0; call < 1_000; call += 1) idOf([`${call}${'x'.repeat(1_000)}`]);
  idOf(first);
  const huge = ['x'.repeat(600_000)];
  for (let call = 0; call < 2; call += 1) idOf(huge);
  expect(hash).toHaveBeenCalledTimes(1_004);
});
