import OpenAI from 'openai';
import { createTricost } from 'tricost';
import { memoryTransport } from 'tricost/testing';

export function start(clientOptions, hosts) {
  const transport = memoryTransport();
  const tricost = createTricost({ transport, hosts, onMissingTags: 'mark' });
  return {
    openai: tricost.meter(new OpenAI(clientOptions)),
    async recorded() {
      await tricost.flush();
      return transport.calls().map((call) => {
        if (call.usage_source === 'estimated') return 'estimate';
        return call.usage_raw === undefined ? call.status : 'usage';
      });
    },
  };
}
