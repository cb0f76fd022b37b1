/** No privilege of tricost_ingest is superfluous: without any single one of them, some bundled function fails. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { EXPECTED_GRANTS } from '../../domain/doctor/expected-grants.ts';
import type { StoredCall } from '../sql/stored-calls.ts';
import { type AlertWorld, LOST_TAGS, MORNING, startAlertWorld } from './alert-world.ts';
import { type BundleHandler, importBundle } from './import-bundle.ts';

/** After the morning of these tests, whatever day it is. */
const NOW = new Date('2026-11-26T23:00:00Z');

let world: AlertWorld;
let sqs: SQSClient;
const handlers: Record<string, BundleHandler> = {};

beforeAll(async () => {
  world = await startAlertWorld();
  const { TRICOST_NOTIFY_QUEUE_URL: queueUrl = '' } = world.env;
  Object.assign(process.env, world.env, { TRICOST_QUEUE_URL: queueUrl });
  for (const slug of ['ingest-calls', 'spend-alert', 'notify', 'canary']) {
    handlers[slug] = await importBundle(slug);
  }
  const { AWS_REGION: region = '', AWS_ENDPOINT_URL_SQS: endpoint = '' } = world.env;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  sqs = new SQSClient({ endpoint, region, credentials });
});

afterAll(async () => {
  sqs.destroy();
  await world.stop();
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  await world.owner.query('update tricost.price_list_version set version = version + 1');
  vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
  await world.reset();
  await world.owner.query('truncate tricost.prompt_features, tricost.prompt_versions');
});

afterEach(() => {
  vi.useRealTimers();
});

const GROWTH: StoredCall[] = [
  { ts: '2026-10-01T12:00:00Z', usd: '0.01' },
  { ts: '2026-11-12T12:00:00Z', usd: '10' },
  { ts: '2026-11-18T12:00:00Z', usd: '20' },
  // On the day before the alert's: whoever spends much on it is looked at.
  { ts: '2026-11-22T12:00:00Z', usd: '6' },
];

let nextSequence = 0;

/** A numbered envelope with a call that has a new prompt, and one that is none. */
function envelope(): string {
  nextSequence += 1;
  return JSON.stringify({
    v: 1,
    producer_id: 'privileges',
    sequence: nextSequence,
    events: [
      {
        ts: '2026-11-26T10:00:00Z',
        feature: 'support.reply',
        prompt_id: `prompt-${nextSequence}`,
        provider: 'openai',
        // Never seen, and without a price.
        model: `acme-${nextSequence}`,
        usage: { input_tokens: 10, output_tokens: 2 },
      },
      'broken',
    ],
  });
}

async function fails(slug: string, event: unknown): Promise<boolean> {
  const result = await handlers[slug]?.(event).catch(() => 'threw');
  const { batchItemFailures = [] } = (result ?? {}) as Partial<SQSBatchResponse>;
  // What it can do without it only tells of.
  const told = vi.mocked(console.error).mock.calls.some(([text]) => /^could not /.test(text));
  return result === 'threw' || batchItemFailures.length > 0 || told;
}

/** Runs each function once, with something to do, until one fails: its name. */
async function firstToFail(): Promise<string | undefined> {
  const { TRICOST_NOTIFY_QUEUE_URL: queueUrl = '' } = world.env;
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: envelope() }));
  if (await fails('ingest-calls', await world.receive())) return 'ingest-calls';
  await world.storeCalls([...GROWTH, ...LOST_TAGS]);
  if (await fails('spend-alert', { scheduledTime: MORNING })) return 'spend-alert';
  await world.addToOutbox('anything');
  if (await fails('notify', await world.receive())) return 'notify';
  return (await fails('canary', { scheduledTime: MORNING })) ? 'canary' : undefined;
}

test('with all of them, everything works', async () => {
  expect(await firstToFail()).toBeUndefined();
  const { rows } = await world.owner.query<Record<string, number>>(
    `select (select count(*)::int from tricost.alerts) as alerts,
       (select count(*)::int from tricost.outbox where delivered_at is not null) as delivered,
       (select count(*)::int from tricost.deliveries) as deliveries,
       (select count(*)::int from tricost.rejected_calls) as rejected`,
  );
  expect(rows).toEqual([{ alerts: 1, delivered: 4, deliveries: 1, rejected: 1 }]);
});

test.each(
  EXPECTED_GRANTS.filter(({ role }) => role === 'tricost_ingest').map(
    ({ privilege, object }) => `${privilege} on ${object}`,
  ),
)('without %s, a function fails', async (grant) => {
  await world.owner.query(`revoke ${grant} from tricost_ingest`);
  try {
    expect(await firstToFail()).toBeDefined();
  } finally {
    await world.owner.query(`grant ${grant} to tricost_ingest`);
  }
});
