/** An app that publishes through the SDK until it is killed: started by app-process.ts, which tells it what and how fast. */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LlmCall } from '../../domain/contract/llm-call.ts';
import { createPublisher } from '../../sdk/src/index.ts';
import { spoolFolder } from '../../sdk/src/spool/index.ts';
import type { AppSettings } from './app-process.ts';

const TICK_MS = 10;
/** The scenario waits no longer than for its queue to come back. */
const SHUTDOWN_TIMEOUT_MS = 120_000;

const settings: AppSettings = JSON.parse(process.argv[2] ?? '');
const calls = readFileSync(settings.callsFile, 'utf8').trimEnd().split('\n');
const publisher = createPublisher({
  queueUrl: settings.queueUrl,
  spool: spoolFolder(settings.spoolDir),
  ...(settings.maxBufferBytes === undefined ? {} : { maxBufferBytes: settings.maxBufferBytes }),
  onError: () => {},
});

// Whoever started it is gone: the other end of standard input has been closed.
process.stdin.on('end', () => process.exit(1)).resume();
process.on('SIGTERM', async () => {
  const { pending } = await publisher.shutdown({ timeoutMs: SHUTDOWN_TIMEOUT_MS });
  process.exit(pending === 0 ? 0 : 1);
});

// From here on it is killed as an app that works. To a pipe, a write is done when it returns.
process.stdout.write('+');
const startedAt = performance.now();
for (let next = settings.from; next < settings.to; ) {
  const share = Math.min(1, (performance.now() - startedAt) / Math.max(1, settings.overMs));
  const upTo = settings.from + Math.ceil((settings.to - settings.from) * share);
  for (; next < upTo; next += 1) {
    const call: LlmCall = JSON.parse(calls[next] ?? '');
    publisher.publish(call);
    // Only now the app may count on it.
    process.stdout.write('.');
  }
  await sleep(TICK_MS);
}
