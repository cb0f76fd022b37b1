/** An app for tests to kill: publishes as many calls as it is told to, one after the other, and says which it has published. */
import process from 'node:process';
import { createPublisher } from '../../../sdk/src/index.ts';
import { spoolFolder } from '../../../sdk/src/spool/index.ts';
import { httpTransport } from '../../../sdk/src/transports/http.ts';

const [url = '', spoolDir = '', calls = '1'] = process.argv.slice(2);
const publisher = createPublisher({
  transport: httpTransport({ url }),
  spool: spoolFolder(spoolDir),
  flushAfterMs: 1,
  onError: () => {},
});
// Before the first call is told: whoever counts them may send it at once.
process.on('SIGTERM', async () => {
  await publisher.shutdown();
  process.exit(0);
});
for (let index = 0; index < Number(calls); index += 1) {
  const event_id = crypto.randomUUID();
  publisher.publish({ event_id, model: 'gpt-5', usage: { input_tokens: index } });
  // To a pipe, this is done when it returns.
  process.stdout.write(`${event_id}\n`);
  await new Promise(setImmediate);
}
// Lives until it is killed.
setInterval(() => {}, 60_000);
