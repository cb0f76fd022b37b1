/** Messages stay in this process, for tests. */
import { gunzipSync } from 'node:zlib';
import type { LlmCall } from '../../../domain/contract/llm-call.ts';
import type { Message } from '../delivery/message-packer.ts';
import type { Transport } from '../delivery/transport.ts';

export interface MemoryTransport extends Transport {
  /** In the order in which they were sent. */
  readonly messages: readonly Message[];
  /** Of all messages. */
  calls(): LlmCall[];
  clear(): void;
}

export function memoryTransport(): MemoryTransport {
  const messages: Message[] = [];
  return {
    messages,
    calls: () => messages.flatMap(({ body }) => callsIn(body)),
    clear: () => {
      messages.length = 0;
    },
    async send(sent) {
      messages.push(...sent);
      return { failed: [], refused: [] };
    },
  };
}

function callsIn(body: string): LlmCall[] {
  const { events, data } = JSON.parse(body);
  return events ?? callsIn(gunzipSync(Buffer.from(data, 'base64')).toString());
}
