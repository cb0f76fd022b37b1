/** Prompts that nobody named: known by their system text through the real SDKs, until that explodes. */

import Anthropic from '@anthropic-ai/sdk';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bedrock } from '../../../sdk/src/bedrock/index.ts';
import { createTricost, type TricostOptions } from '../../../sdk/src/create-tricost.ts';
import {
  type FakeProviders,
  memoryTransport,
  startFakeProviders,
} from '../../../sdk/src/testing/index.ts';

let providers: FakeProviders;
beforeAll(async () => {
  providers = await startFakeProviders();
});
afterAll(() => providers.stop());

const SYSTEM = 'You are a helpful support agent.';
const ID = 'p_7d5b1a504a83907e';

function metered(options: TricostOptions<string> = {}) {
  const transport = memoryTransport();
  const errors: Error[] = [];
  const tricost = createTricost({
    ...{ transport, hosts: providers.hosts, onMissingTags: 'mark' },
    onError: (error) => void errors.push(error),
    ...options,
  });
  const openai = tricost.meter(
    new OpenAI({ apiKey: 'test', baseURL: `${providers.openai.url}/v1`, maxRetries: 0 }),
  );
  const ask = (content: string) =>
    openai.chat.completions.create({
      model: 'gpt-5.4',
      messages: [
        { role: 'system', content },
        { role: 'user', content: 'Where is my parcel?' },
      ],
    });
  async function prompts() {
    await tricost.flush();
    return transport.calls().map(({ prompt_id }) => prompt_id ?? null);
  }
  return { tricost, ask, prompts, transport, errors };
}

test('one system text has one id at every provider, which is that of the named prompt', async () => {
  const { tricost, ask, prompts } = metered();
  await ask(SYSTEM);
  const claude = tricost.meter(new Anthropic({ apiKey: 'test', baseURL: providers.anthropic.url }));
  await claude.messages.create({
    ...{ model: 'claude-opus-4-5', max_tokens: 100, system: SYSTEM },
    messages: [{ role: 'user', content: 'Where is my parcel?' }],
  });
  const client = new BedrockRuntimeClient({
    ...{ endpoint: providers.bedrock.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await tricost.meter(client, bedrock).send(
    new ConverseCommand({
      ...{ modelId: 'anthropic.claude-opus-4-5-20251101-v1:0', system: [{ text: SYSTEM }] },
      messages: [{ role: 'user', content: [{ text: 'Where is my parcel?' }] }],
    }),
  );
  client.destroy();
  expect(await prompts()).toEqual([ID, ID, ID]);
  expect(tricost.definePrompt('support.reply', SYSTEM).id).toBe(ID);
});

test('a name wins, and so does that there is none', async () => {
  const { tricost, ask, prompts, transport } = metered();
  const prompt = tricost.definePrompt('support.reply', 'You help {{user}}.');
  await tricost.withTags({ prompt }, () => ask(prompt.render({ user: 'Ann' })));
  await tricost.withTags({ prompt: null }, () => ask(SYSTEM));
  expect(await prompts()).toEqual([prompt.id, null]);
  expect(transport.calls()[0]?.prompt_name).toBe('support.reply');
});

test('what changes can be masked, or all of it be left alone', async () => {
  const masked = metered({ unnamedPrompts: 'mask' });
  await masked.ask('Today is 2026-11-23.');
  await masked.ask('Today is 2026-11-24.');
  const [one, other] = await masked.prompts();
  expect(one).toMatch(/^p_/);
  expect(other).toBe(one);
  const none = metered({ unnamedPrompts: 'none' });
  await none.ask(SYSTEM);
  expect(await none.prompts()).toEqual([null]);
});

test('texts that explode are told once, and are not told apart any more', async () => {
  const { tricost, ask, prompts, errors } = metered();
  const feature = 'support.reply';
  for (let call = 0; call < 110; call += 1) {
    await tricost.withTags({ feature }, () => ask(`It is ${call} o'clock.`));
  }
  const ids = await prompts();
  expect(new Set(ids.slice(0, 100)).size).toBe(100);
  expect(ids.slice(100)).toEqual(Array(10).fill(null));
  expect(errors.map(({ name, message }) => [name, message.slice(0, 39)])).toEqual([
    ['PromptCountError', 'support.reply has more than 100 system '],
  ]);
});
