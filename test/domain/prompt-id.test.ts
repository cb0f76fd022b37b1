/** A prompt's id is the same on every platform and in every language. The Python file is held to the same vectors. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PromptPart, promptId } from '../../domain/prompt-id.ts';

interface Vector {
  name: string;
  parts: PromptPart[];
  prompt_id: string;
}

const vectors: Vector[] = JSON.parse(readFileSync('test/golden/prompt-id.json', 'utf8'));
const system = (text: string) => promptId([{ role: 'system', text }]);

describe('promptId', () => {
  test.each(vectors)('golden vector: $name', ({ parts, prompt_id }) => {
    expect(promptId(parts)).toBe(prompt_id);
  });

  test('does not depend on line ends, outer blanks or Unicode composition', () => {
    const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    const blanks = fc.constantFrom('', ' ', '\t', '  \t');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(line, blanks)),
        fc.constantFrom('\n', '\r\n', '\r'),
        blanks,
        (lines, lineEnd, outer) => {
          const plain = lines.map(([text]) => text).join('\n');
          const edited = lines.map(([text, blank]) => text + blank).join(lineEnd);
          expect(system(`${outer}${edited.normalize('NFD')}${lineEnd}${outer}`)).toBe(
            system(plain),
          );
        },
      ),
    );
  });

  test('tells different texts apart', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 2, maxLength: 20 }), (words) => {
        expect(new Set(words.map(system)).size).toBe(words.length);
      }),
    );
  });
});
