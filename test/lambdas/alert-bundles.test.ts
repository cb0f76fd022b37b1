/** The bundles that are deployed, each run in a process of its own, killed where it hurts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { StoredCall } from '../sql/stored-calls.ts';
import { type AlertWorld, MORNING, startAlertWorld } from './alert-world.ts';
import { SILENCE } from './slack-webhook.ts';

const BUNDLES = new URL('../../dist/lambdas/', import.meta.url);

/** Calls the handler as the runtime does, prints its result, and goes although its connection is warm. */
const INVOKE = `
const [, bundle, event] = process.argv;
const { handler } = await import(bundle);
const result = await handler(JSON.parse(event), { getRemainingTimeInMillis: () => 60_000 });
process.stdout.write('\\n' + JSON.stringify(result), () => process.exit(0));`;

let world: AlertWorld;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  if (!existsSync(new URL('notify/handler.mjs', BUNDLES))) {
    throw new Error('there are no bundles; run `npm run bundle` first');
  }
  world = await startAlertWorld();
});

afterAll(() => world.stop());
beforeEach(() => world.reset());
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  // Where a test failed in the middle of its lock.
  await world.owner.query('rollback');
});

const FEATURES = ['search.rank', 'support.reply', 'chat.title'];
const CALLS: StoredCall[] = FEATURES.flatMap((feature, n) => [
  { feature, ts: '2026-10-01T12:00:00Z', usd: '0.01' },
  { feature, ts: '2026-11-12T12:00:00Z', usd: '10' },
  { feature, ts: '2026-11-18T12:00:00Z', usd: String(20 + n) },
]);
const MESSAGES = [
  ':fire: `chat.title` +120 % (+$12.00): +$12.00 price of `claude-sonnet-5`',
  ':fire: `support.reply` +110 % (+$11.00): +$11.00 price of `claude-sonnet-5`',
  ':fire: `search.rank` +100 % (+$10.00): +$10.00 price of `claude-sonnet-5`',
];

function start(slug: string, event: object): ChildProcess {
  const bundle = new URL(`${slug}/handler.mjs`, BUNDLES).href;
  const args = ['--input-type=module', '--eval', INVOKE, bundle, JSON.stringify(event)];
  const child = spawn(process.execPath, args, {
    env: { ...world.env, PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  return child;
}

async function invoke<Result>(slug: string, event: object): Promise<Result> {
  const child = start(slug, event);
  if (child.stdout === null) throw new Error('no output');
  const output = await text(child.stdout);
  return JSON.parse(output.slice(output.lastIndexOf('\n') + 1)) as Result;
}

const alert = () => invoke('spend-alert', { scheduledTime: MORNING });
const notify = async () => invoke<SQSBatchResponse>('notify', await world.receive());

/** How many other sessions hold the outbox, or wait for it. */
async function locksOnOutbox(granted: boolean): Promise<number> {
  const { rows } = await world.owner.query<{ locks: string }>(
    `select count(*) as locks from pg_locks
     where relation = 'tricost.outbox'::regclass and granted = $1 and pid <> pg_backend_pid()`,
    [granted],
  );
  return Number(rows[0]?.locks);
}

/** The killed process's session has ended too. */
async function released(): Promise<void> {
  await vi.waitUntil(async () => (await locksOnOutbox(true)) === 0, { timeout: 30_000 });
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the deployed bundles', () => {
  test('five runs and two deliveries at once are one set of messages, largest increase first', async () => {
    await world.storeCalls(CALLS);
    await Promise.all(Array.from({ length: 5 }, alert));
    await Promise.all([notify(), notify()]);
    expect(world.slack.posted).toEqual(MESSAGES);
  });

  test('killed before the commit: the messages of one run', async () => {
    await world.storeCalls(CALLS);
    await world.owner.query('begin');
    await world.owner.query('lock table tricost.outbox in exclusive mode');
    const child = start('spend-alert', { scheduledTime: MORNING });
    await vi.waitUntil(async () => (await locksOnOutbox(false)) > 0, { timeout: 30_000 });
    await kill(child);
    await world.owner.query('rollback');
    await released();
    // It died with the lease in its hand: nobody may go on until that has run out.
    expect(await alert()).toMatchObject({ dates: [{ state: 'held' }] });
    await world.owner.query('update tricost.job_runs set lease_expires_at = now()');
    await alert();
    await notify();
    expect(world.slack.posted).toEqual(MESSAGES);
  });

  test('killed while Slack has the message and has not answered: that one, and no other, may come twice', async () => {
    await world.storeCalls(CALLS);
    await alert();
    world.slack.next.push(SILENCE);
    const posted = world.slack.nextPost();
    const child = start('notify', await world.receive());
    await posted;
    await kill(child);
    await released();
    expect(await notify()).toEqual({ batchItemFailures: [] });
    expect(world.slack.posted).toEqual([MESSAGES[0], ...MESSAGES]);
  });
});
