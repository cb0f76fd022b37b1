/** What a fake provider does with requests that no client of it makes. */
import { expect, onTestFinished, test } from 'vitest';
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
