import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { createTricost } from 'tricost';
import { memoryTransport } from 'tricost/testing';

export function start({ openai, anthropic, hosts }) {
  const transport = memoryTransport();
  const tricost = createTricost({ transport, hosts, onMissingTags: 'mark' });
  return {
    openai: tricost.meter(new OpenAI(openai)),
    anthropic: tricost.meter(new Anthropic(anthropic)),
    async recorded() {
      await tricost.shutdown();
      return transport.calls().map(({ usage_source: source, usage_raw: usage, status }) => {
        if (source === 'estimated') return 'estimate';
        if (source === 'partial') return 'usage so far';
        return usage === undefined ? status : 'usage';
      });
    },
  };
}
