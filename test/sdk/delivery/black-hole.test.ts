/** A queue that takes the connection and never answers: the app's memory, and its disk, hold a bounded part, and the rest is counted. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const APP = fileURLToPath(new URL('publishing-into-nothing.ts', import.meta.url));
const CALLS = 100_000;
const CALL_BYTES = 2_000;
const BUFFER_BYTES = 4 * 1024 * 1024;
/** The batch under way. */
const BATCH_BYTES = 1024 * 1024;

const blackHole = createServer((connection) => connection.resume().on('error', () => {}));
let queueUrl: string;
beforeAll(async () => {
  blackHole.listen(0, '127.0.0.1');
  await once(blackHole, 'listening');
  queueUrl = `http://127.0.0.1:${(blackHole.address() as AddressInfo).port}/1/calls`;
});
afterAll(() => void blackHole.close());

/** In a process whose heap holds a quarter of what it publishes. */
async function publish(spoolDir: string) {
  const limit = '--max-old-space-size=48';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [limit, APP, queueUrl, spoolDir, String(CALLS)],
    { env: { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } },
  );
  return JSON.parse(stdout);
}

test.each([false, true])('with a spool: %s', async (withSpool) => {
  const spoolDir = mkdtempSync(join(tmpdir(), 'tricost-spool-'));
  onTestFinished(() => rmSync(spoolDir, { recursive: true }));
  const { published, sent, dropped, pending, told } = await publish(withSpool ? spoolDir : '');
  expect({ published, sent }).toEqual({ published: CALLS, sent: 0 });
  expect(dropped + pending).toBe(CALLS);
  expect(told).toBe(dropped);
  expect(pending).toBeGreaterThan(BUFFER_BYTES / CALL_BYTES / 2);
  expect(pending * CALL_BYTES).toBeLessThan(BUFFER_BYTES + BATCH_BYTES);
  const onDisk = readdirSync(spoolDir).reduce(
    (sum, name) => sum + statSync(join(spoolDir, name)).size,
    0,
  );
  expect(onDisk).toBeLessThan(2 * (BUFFER_BYTES + BATCH_BYTES) + 1024 * 1024 + BATCH_BYTES);
  expect(onDisk > BUFFER_BYTES / 2).toBe(withSpool);
});
