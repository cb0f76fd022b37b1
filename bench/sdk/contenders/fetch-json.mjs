/**
 * Milliseconds that metering adds to one JSON call: `node fetch-json.mjs <calls>`. The answer comes from memory, so that no
 * network hides it; both are asked in turn, read to their end, and read by the app.
 */
import { createTricost } from 'tricost';
import { INPUT, MODEL, OUTPUT, TAGS, USAGE } from './call.mjs';

const ROUNDS = 10;
const calls = Number(process.argv[2]) / ROUNDS;

const answer = JSON.stringify({
  ...{ id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT', object: 'chat.completion', model: MODEL },
  ...{ choices: [{ index: 0, message: OUTPUT, finish_reason: 'stop' }], usage: USAGE },
});
const plain = async () => new Response(answer, { headers: { 'content-type': 'application/json' } });
globalThis.fetch = plain;

let delivered = 0;
const tricost = createTricost({
  transport: {
    async send(messages) {
      for (const message of messages) delivered += message.calls;
      return { failed: [], refused: [] };
    },
  },
});
/** 8 kB, as with some context. */
const messages = [...INPUT.messages, ...INPUT.messages, ...INPUT.messages].slice(0, 5);
const request = {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: 'Bearer test' },
  body: JSON.stringify({ model: MODEL, messages }),
};

async function run(fetch) {
  const startedAt = performance.now();
  for (let call = 0; call < calls; call += 1) {
    const response = await fetch('https://api.openai.com/v1/chat/completions', request);
    await response.json();
  }
  return (performance.now() - startedAt) / calls;
}

const metered = () => tricost.withTags(TAGS, () => run(tricost.fetch));
await run(plain);
await metered();
const added = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const without = await run(plain);
  added.push((await metered()) - without);
}
await tricost.flush();
if (delivered !== calls * (ROUNDS + 1)) throw new Error(`delivered ${delivered} calls`);
console.log(added.sort((a, b) => a - b)[ROUNDS / 2]);
