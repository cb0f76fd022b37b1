/** An app for black-hole.test.ts: publishes far more than its memory holds to a queue that never answers, then says what it counted. */
import process from 'node:process';
import { createPublisher } from '../../../sdk/src/index.ts';
import { spoolFolder } from '../../../sdk/src/spool/index.ts';

const [queueUrl = '', spoolDir, calls = '0'] = process.argv.slice(2);
let told = 0;
const publisher = createPublisher({
  queueUrl,
  maxBufferBytes: 4 * 1024 * 1024,
  spool: spoolDir ? spoolFolder(spoolDir) : undefined,
  onError: ({ dropped }) => {
    told += dropped;
  },
});
const text = 'x'.repeat(2_000);
for (let index = 0; index < Number(calls); index += 1) {
  publisher.publish({ model: 'gpt-5', usage: { input_tokens: index }, tags: { text } });
  if (index % 1_000 === 0) await new Promise(setImmediate);
}
console.log(JSON.stringify({ ...publisher.stats(), told }));
process.exit();
