/** Named prompts: ids of the template, values that change no id, and placeholders the compiler knows. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { PromptPart } from '../../../domain/prompt-id.ts';
import { definePrompt } from '../../../sdk/src/prompts/define-prompt.ts';
import { promptIdOfRequest } from '../../../sdk/src/prompts/request-prompt-id.ts';

interface Vector {
  name: string;
  parts: PromptPart[];
  prompt_id: string;
}
const vectors: Vector[] = JSON.parse(readFileSync('test/golden/prompt-id.json', 'utf8'));

describe('definePrompt', () => {
  test.each(vectors)('golden vector: $name', ({ parts, prompt_id }) => {
    expect(definePrompt('p', parts).id).toBe(prompt_id);
  });

  test('a text has the id of the same system text in a request', () => {
    const { id } = definePrompt('support.reply', 'You are a helpful support agent.');
    expect(id).toBe('p_7d5b1a504a83907e');
    expect(promptIdOfRequest({ system: 'You are a helpful support agent.' })).toBe(id);
  });

  test('the README tells the truth', () => {
    const readme = readFileSync('sdk/README.md', 'utf8');
    const [, template = '', id] =
      /definePrompt\('support.reply', '(.*?)'\);\n.*(p_\w{16})/.exec(readme) ?? [];
    expect(definePrompt('support.reply', template).id).toBe(id);
  });

  test('renders values, and keeps its id', () => {
    const reply = definePrompt('support.reply', 'Ticket {{ ticket }} of {{user}}, {{ticket}}');
    const { id } = reply;
    expect(reply.render({ ticket: 7, user: 'Ann' })).toBe('Ticket 7 of Ann, 7');
    expect(reply).toMatchObject({ id, name: 'support.reply' });
  });

  test('renders messages in order', () => {
    const summary = definePrompt('summary', [
      { role: 'system', text: 'You sum up in {{language}}.' },
      { role: 'user', text: '{{text}}' },
    ]);
    expect(summary.render({ language: 'French', text: 'Bonjour' })).toEqual([
      { role: 'system', text: 'You sum up in French.' },
      { role: 'user', text: 'Bonjour' },
    ]);
  });

  test('what a value says is neither placeholder nor pattern', () => {
    const { render } = definePrompt('p', '{{a}}|{{b}}');
    expect(render({ a: '{{b}}', b: '$& $1' })).toBe('{{b}}|$& $1');
  });

  test('the compiler asks for the values of the placeholders, and for no others', () => {
    const reply = definePrompt('p', 'Ticket {{ticket}} in {{ language }}');
    // @ts-expect-error: no language
    reply.render({ ticket: '1' });
    // @ts-expect-error: no such placeholder
    reply.render({ ticket: '1', language: 'fr', tone: 'warm' });
    // @ts-expect-error: no values
    expect(reply.render()).toBe('Ticket {{ticket}} in {{ language }}');
    const plain = definePrompt('p', 'No placeholder');
    // @ts-expect-error: nothing to fill in
    plain.render({ ticket: '1' });
    expect(plain.render()).toBe('No placeholder');
    const messages = definePrompt('p', [{ role: 'system', text: '{{language}}' }]);
    // @ts-expect-error: no such placeholder
    messages.render({ tongue: 'fr' });
  });

  test('a text that is read at run time takes any values', () => {
    const text: string = readFileSync('test/golden/prompt-id.json', 'utf8');
    expect(definePrompt('p', text).render({ ticket: 'T', question: '?' })).toContain('ticket: T"');
  });

  test('later changes of the given messages change nothing', () => {
    const part = { role: 'system', text: 'a' };
    const prompt = definePrompt('p', [part]);
    part.text = 'b';
    expect(prompt.render({})).toEqual([{ role: 'system', text: 'a' }]);
  });
});
