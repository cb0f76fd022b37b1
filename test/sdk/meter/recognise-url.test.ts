import { describe, expect, test } from 'vitest';
import { anthropic } from '../../../sdk/src/meter/formats/anthropic.ts';
import { bedrock } from '../../../sdk/src/meter/formats/bedrock.ts';
import { gemini } from '../../../sdk/src/meter/formats/gemini.ts';
import { openAiChat } from '../../../sdk/src/meter/formats/openai-chat.ts';
import { openAiResponses } from '../../../sdk/src/meter/formats/openai-responses.ts';
import { recogniseUrl } from '../../../sdk/src/meter/recognise-url.ts';

test.each([
  ['https://api.openai.com/v1/chat/completions', 'openai', openAiChat, undefined],
  ['https://eu.api.openai.com/v1/responses', 'openai', openAiResponses, undefined],
  ['https://api.openai.com/v1/embeddings?x=1', 'openai', openAiChat, undefined],
  [
    'https://x.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    ...(['azure', openAiChat, 'my gpt'] as const),
  ],
  ['https://x.services.ai.azure.com/anthropic/v1/messages', 'azure', anthropic, undefined],
  ['https://api.anthropic.com/v1/messages?beta=true', 'anthropic', anthropic, undefined],
  [
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
    ...(['google', gemini, 'gemini-3-pro'] as const),
  ],
  [
    'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/gemini-3-pro:generateContent',
    ...(['google', gemini, 'gemini-3-pro'] as const),
  ],
  [
    'https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-4-8:streamRawPredict',
    ...(['google', anthropic, 'claude-opus-4-8'] as const),
  ],
  ['https://openrouter.ai/api/v1/chat/completions', 'openrouter', openAiChat, undefined],
  [
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-opus-4-8-v1%3A0/converse',
    ...(['aws', bedrock, 'us.anthropic.claude-opus-4-8-v1:0'] as const),
  ],
  [
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/amazon.nova-pro-v1%3A0/converse-stream',
    ...(['aws', bedrock, 'amazon.nova-pro-v1:0'] as const),
  ],
  [
    'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/invoke-with-response-stream',
    ...(['aws', bedrock, 'm'] as const),
  ],
  ['https://api.openai.com/v1/images/edits', 'openai', openAiChat, undefined],
  ['http://llm.example.com:8080/v1/chat/completions', 'llm.example.com', openAiChat, undefined],
])('%s', (url, provider, format, model) => {
  const recognised = recogniseUrl(url, {});
  expect(recognised).toMatchObject({ provider });
  expect(recognised?.format).toBe(format);
  expect(recognised?.model).toBe(model);
});

test.each([
  'https://api.openai.com/v1/models',
  'https://api.openai.com/v1/threads/t_1/messages',
  'https://api.openai.com/v1/batches',
  'https://api.anthropic.com/v1/messages/count_tokens',
  'https://api.anthropic.com/v1/messages/batches',
  'https://api.anthropic.com/v1/models',
  'https://api.openai.com/v1/files',
  'https://api.openai.com/v1/responses/input_tokens',
  'https://generativelanguage.googleapis.com/v1beta/models',
  'https://generativelanguage.googleapis.com/upload/v1beta/files',
  'https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/anthropic/models/count-tokens:rawPredict',
  'https://aiplatform.googleapis.com/v1/projects/p/locations/l/publishers/google/models/gemini-3-pro:countTokens',
  'https://bedrock-runtime.us-east-1.amazonaws.com/model/m/count-tokens',
  'https://generativelanguage.googleapis.com/v1beta/models/gemini-3-pro:countTokens',
  '/v1/chat/completions',
  'data:text/plain,/v1/chat/completions',
  'no url',
])('%s is no LLM call', (url) => {
  expect(recogniseUrl(url, {})).toBeUndefined();
});

test('a host ends where a name does', () => {
  const provider = (host: string) => recogniseUrl(`https://${host}/v1/completions`, {})?.provider;
  expect(provider('eu.api.openai.com')).toBe('openai');
  expect(provider('notapi.openai.com')).toBe('notapi.openai.com');
  expect(provider('api.openai.com.example.com')).toBe('api.openai.com.example.com');
});

test.each([
  ['eu.api.openai.com', 'eu'],
  ['api.openai.com', undefined],
  // The list has no prices of Google's regions.
  ['us-central1-aiplatform.googleapis.com', undefined],
  ['eu.api.openai.com.example.com', undefined],
])('the name of %s says where it serves: %s', (host, region) => {
  expect(recogniseUrl(`https://${host}/v1/responses`, {})?.region).toBe(region);
});

test('a host of another name says nothing of where it serves', () => {
  const hosts = { 'eu.api.openai.com': { provider: 'gateway' } };
  expect(recogniseUrl('https://eu.api.openai.com/v1/responses', hosts)?.region).toBeUndefined();
});

test('own hosts win, with their port or without', () => {
  const hosts = {
    'api.openai.com': { provider: 'gateway' },
    'llm.example.com': { provider: 'litellm' },
    'llm.example.com:81': { provider: 'vllm' },
  };
  const provider = (host: string) => recogniseUrl(`https://${host}/completions`, hosts)?.provider;
  expect(provider('api.openai.com')).toBe('gateway');
  expect(provider('llm.example.com')).toBe('litellm');
  expect(provider('llm.example.com:80')).toBe('litellm');
  expect(provider('llm.example.com:81')).toBe('vllm');
});

describe('asking a stream for its usage', () => {
  const azure = 'https://x.openai.azure.com/openai';
  test.each([
    ['https://api.openai.com/v1/chat/completions', true],
    ['https://api.openai.com/v1/responses', false],
    ['https://api.openai.com/v1/embeddings', false],
    ['https://openrouter.ai/api/v1/chat/completions', false],
    ['https://llm.example.com/v1/chat/completions', false],
    [`${azure}/v1/chat/completions`, true],
    [`${azure}/deployments/d/chat/completions?api-version=2024-10-21`, true],
    [`${azure}/deployments/d/chat/completions?api-version=2024-09-01-preview`, true],
    [`${azure}/deployments/d/chat/completions?api-version=2024-06-01`, false],
    [`${azure}/deployments/d/chat/completions`, false],
  ])('%s: %s', (url, takesIncludeUsage) => {
    expect(recogniseUrl(url, {})).toMatchObject({ takesIncludeUsage });
  });

  test('a host that the app has named, when it says so', () => {
    const hosts = { 'llm.example.com': { provider: 'vllm', includeUsage: true } };
    expect(recogniseUrl('https://llm.example.com/v1/chat/completions', hosts)).toMatchObject({
      takesIncludeUsage: true,
    });
  });
});
