/** What a fake provider does with requests that no client of it makes. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { startFakeProviders } from '../../../sdk/src/testing/index.ts';

test.each(['Hello!', 'null', '[1]'])(
  'a body that is no JSON object is refused: %s',
  async (body) => {
    const providers = await startFakeProviders();
    onTestFinished(async () => providers.stop());
    for (const { url, requests } of [providers.openai, providers.anthropic, providers.google]) {
      const response = await fetch(`${url}/v1/messages`, { method: 'POST', body });
      expect(response.status).toBe(400);
      expect(requests).toEqual([]);
    }
  },
);

test('the same answer each time, and ids of its own in the next process', async () => {
  const idsOf = async (start: typeof startFakeProviders) => {
    const { openai, anthropic, google, stop } = await start();
    onTestFinished(stop);
    const asked = [
      `${openai.url}/v1/chat/completions`,
      `${openai.url}/v1/responses`,
      `${anthropic.url}/v1/messages`,
      `${google.url}/v1beta/models/gemini-3-pro:generateContent`,
    ].map(async (url) => {
      const response = await fetch(url, { method: 'POST', body: '{}' });
      const answer = (await response.json()) as { id?: string; responseId?: string };
      return answer.id ?? answer.responseId;
    });
    return Promise.all(asked);
  };
  const ids = await idsOf(startFakeProviders);
  expect(await idsOf(startFakeProviders)).toEqual(ids);
  vi.resetModules();
  const next = await import('../../../sdk/src/testing/index.ts');
  const nextIds = await idsOf(next.startFakeProviders);
  expect(new Set([...ids, ...nextIds]).size).toBe(8);
});
