/** Ids of prompts that nobody named: one for the same system text, wherever an API has it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { promptId } from '../../../domain/prompt-id.ts';
import { maskChanging } from '../../../sdk/src/prompts/mask-changing.ts';
import { idOfSystemTexts, promptIdOfRequest } from '../../../sdk/src/prompts/request-prompt-id.ts';

const TEXT = 'You are a helpful support agent.';
const ID = 'p_7d5b1a504a83907e';
const idOfMasked = (texts: readonly string[]) => idOfSystemTexts(texts.map(maskChanging));
const user = { role: 'user', content: 'Where is my parcel?' };

const REQUESTS: [string, unknown][] = [
  ['OpenAI chat', { model: 'm', messages: [{ role: 'system', content: TEXT }, user] }],
  ['OpenAI chat, developer', { messages: [{ role: 'developer', content: TEXT }, user] }],
  [
    'OpenAI chat, blocks',
    { messages: [{ role: 'system', content: [{ type: 'text', text: TEXT }] }, user] },
  ],
  ['OpenAI responses', { instructions: TEXT, input: 'Where is my parcel?' }],
  [
    'OpenAI responses, list of input',
    { input: [{ role: 'developer', content: [{ type: 'input_text', text: TEXT }] }, user] },
  ],
  ['Anthropic', { system: TEXT, messages: [user] }],
  [
    'Anthropic, cached block',
    { system: [{ type: 'text', text: TEXT, cache_control: { type: 'ephemeral' } }] },
  ],
  ['Gemini', { systemInstruction: { parts: [{ text: TEXT }] }, contents: [] }],
  ['Gemini, the other spelling', { system_instruction: { role: 'user', parts: [{ text: TEXT }] } }],
  ['Bedrock Converse', { system: [{ text: TEXT }, { cachePoint: { type: 'default' } }] }],
  ['Bedrock Converse, guarded', { system: [{ guardContent: { text: { text: TEXT } } }] }],
  ['line ends and blanks', { system: `${TEXT}  \r\n` }],
];

describe('promptIdOfRequest', () => {
  test.each(REQUESTS)('%s', (_, body) => {
    expect(promptIdOfRequest(body)).toBe(ID);
  });

  test.each([
    ['no system text', { messages: [user] }],
    ['an empty one', { system: '', messages: [user] }],
    ['an embedding', { model: 'm', input: ['some text'] }],
    ['tokens to embed', { model: 'm', input: [[1, 2], [3]] }],
    ['no object', 'text'],
    ['nothing', undefined],
    ['nonsense', { messages: 7, input: null, system: { parts: null }, instructions: [] }],
  ])('%s has none', (_, body) => {
    expect(promptIdOfRequest(body)).toBeUndefined();
  });

  test('what comes later in the conversation does not count', () => {
    const reminder = { role: 'system', content: 'It is late.' };
    const messages = [{ role: 'system', content: TEXT }, user, reminder];
    expect(promptIdOfRequest({ messages })).toBe(ID);
  });

  test('every block and message before it does', () => {
    const parts = ['a', 'b', 'c'].map((text) => ({ role: 'system', text }));
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'developer', content: [{ text: 'b' }, { text: 'c' }] },
      user,
    ];
    expect(promptIdOfRequest({ messages })).toBe(promptId(parts));
  });

  test('never throws', () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom('system', 'input', 'role', 'text') }),
        (body) => {
          promptIdOfRequest(body, idOfMasked);
        },
      ),
    );
  });
});

describe('masked', () => {
  const masked = (system: string) => promptIdOfRequest({ system }, idOfMasked);

  test.each([
    ['dates', 'Today is 2026-11-23.', 'Today is 2027-01-02.'],
    ['times', 'It is 2026-11-23T13:00:00Z.', 'It is 2027-01-02T09:30:01.250+01:00.'],
    [
      'UUIDs',
      'User 3c0e5f1a-9d2b-4b6f-8a57-1f0c2d3e4b5a.',
      'User 3C0E5F1A-9D2B-4B6F-8A57-000000000000.',
    ],
    ['e-mail addresses', 'Write to ann@example.com!', 'Write to bob.b+x@mail.example.co.uk!'],
  ])('%s do not count', (_, one, other) => {
    expect(masked(one)).toBe(masked(other));
    expect(promptIdOfRequest({ system: one })).not.toBe(promptIdOfRequest({ system: other }));
  });

  test('a text without them keeps its id', () => {
    const system = 'Version 2026-11 of 1-2-3; user@host; 12345678-1234';
    expect(masked(system)).toBe(promptIdOfRequest({ system }));
  });
});
