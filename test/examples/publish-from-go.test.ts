/** The Go file: the same prompt ids as the SDK, valid calls, numbered envelopes, and retries that change nothing. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertCall, receiveEnvelopes } from '../support/received-envelopes.ts';
import { startQueue, type TestQueueEngine } from '../support/sqs.ts';
import { awsEnvironment, canRun, runProgram } from './run-program.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const workspace = mkdtempSync(join(tmpdir(), 'tricost-go-'));
/** Without modules, which would be downloaded: Debian's golang-golang-x-text-dev is in the second folder. */
const GO = {
  ...process.env,
  GO111MODULE: 'off',
  GOPATH: `${workspace}:/usr/share/gocode`,
  GOCACHE: join(workspace, 'cache'),
};
const hasGo = await canRun('go', ['list', 'golang.org/x/text/unicode/norm'], GO);
const title = hasGo ? 'tricost.go' : 'tricost.go (skipped: no go with golang.org/x/text)';

describe.skipIf(!hasGo)(title, () => {
  const program = join(workspace, 'main');
  let engine: TestQueueEngine;
  beforeAll(async () => {
    mkdirSync(join(workspace, 'src'));
    symlinkSync(join(ROOT, 'examples/publish-from-go'), join(workspace, 'src/tricost'));
    const main = join(ROOT, 'test/examples/publish-from-go/main.go');
    await runProgram('go', ['vet', 'tricost'], { cwd: ROOT, env: GO });
    await runProgram('go', ['build', '-o', program, main], { cwd: ROOT, env: GO });
    engine = await startQueue();
  });
  afterAll(() => engine.stop());

  async function play(scene: string, { queueUrl = '', args = [] as string[] } = {}) {
    const env = awsEnvironment(engine, queueUrl);
    return JSON.parse(await runProgram(program, [scene, ...args], { cwd: ROOT, env }));
  }

  test('gives prompts the ids of the golden vectors', async () => {
    const file = join(ROOT, 'test/golden/prompt-id.json');
    const vectors: { prompt_id: string }[] = JSON.parse(readFileSync(file, 'utf8'));
    expect(await play('promptIDs', { args: [file] })).toEqual(
      vectors.map(({ prompt_id }) => prompt_id),
    );
  });

  test('packs: every call once, in full messages of one billing chunk, more than a batch of them', async () => {
    const queueUrl = await engine.createQueue('packs');
    const [pending, stats] = await play('packs', { queueUrl });
    expect(pending).toBe(0);
    expect(stats).toEqual({ Published: 1_200, Sent: 1_200, Dropped: 0, Pending: 0 });
    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelopes.length).toBeGreaterThan(10);
    expect(new Set(envelopes.map(({ producer_id }) => producer_id)).size).toBe(1);
    expect(envelopes.map(({ sequence }) => sequence)).toEqual(
      envelopes.map((_, index) => index + 1),
    );
    const events = envelopes.flatMap((envelope) => envelope.events);
    for (const event of events) assertCall(event);
    const numbers = events.map(({ usage_raw }) => Number(usage_raw?.['prompt_tokens']));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 1_200 }, (_, n) => n));
    expect(events.find(({ usage_raw }) => usage_raw?.['prompt_tokens'] === 89)?.feature).toBe(
      'é😀中\uFFFE'.repeat(89),
    );
  });

  test('sends failed entries again as they were, and only those', async () => {
    const queueUrl = await engine.createQueue('failed');
    expect(await play('failed', { queueUrl })).toEqual([0, true]);
    const envelopes = await receiveEnvelopes(engine.client, queueUrl);
    expect(envelopes.map(({ events }) => events[0]?.attempt)).toEqual([1, 2, 3]);
  });

  test('counts what SQS never takes, survives a sender that panics, and tells ingest with the next envelope', async () => {
    expect(await play('losses')).toEqual([
      { Published: 4, Sent: 1, Dropped: 3, Pending: 0 },
      ...[3, 1, 3],
    ]);
  });

  test('never waits, and keeps to its memory', async () => {
    expect(await play('bounded')).toEqual([2_000, 0, true, true, true]);
  });
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));
