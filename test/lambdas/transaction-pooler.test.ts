/** The bundled functions behind a real transaction pooler whose server connections are fewer than the functions. */
import { randomUUID } from 'node:crypto';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { HAS_PGBOUNCER, type Pooler, startPgbouncer } from '../support/pgbouncer.ts';
import { type AlertWorld, MORNING, startAlertWorld } from './alert-world.ts';
import { importBundle } from './import-bundle.ts';

const NOW = new Date('2026-11-26T23:00:00Z');
const SERVER_CONNECTIONS = 2;

let world: AlertWorld;
let pooler: Pooler;
let sqs: SQSClient;

describe.runIf(HAS_PGBOUNCER)('behind a transaction pooler', () => {
  beforeAll(async () => {
    world = await startAlertWorld();
    const direct = world.parameters.get('/database-url') ?? '';
    pooler = await startPgbouncer([direct], 'transaction', SERVER_CONNECTIONS);
    world.parameters.set('/database-url', pooler.through(direct));
    const { TRICOST_NOTIFY_QUEUE_URL: queueUrl = '' } = world.env;
    Object.assign(process.env, world.env, { TRICOST_QUEUE_URL: queueUrl });
    const { AWS_REGION: region = '', AWS_ENDPOINT_URL_SQS: endpoint = '' } = world.env;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    sqs = new SQSClient({ endpoint, region, credentials });
  });

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOW });
    vi.spyOn(console, 'log').mockImplementation(() => {});
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  afterAll(async () => {
    sqs.destroy();
    await pooler.stop();
    await world.stop();
  });

  function call(feature: string): object {
    return {
      event_id: randomUUID(),
      ts: '2026-11-26T10:00:00.000Z',
      feature,
      prompt_id: randomUUID(),
      provider: 'openai',
      model: 'gpt-5',
      usage: { input_tokens: 10, output_tokens: 2 },
    };
  }

  async function batch(bodies: readonly unknown[]): Promise<SQSEvent> {
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: world.env['TRICOST_NOTIFY_QUEUE_URL'],
        Entries: bodies.map((body, index) => ({
          Id: String(index),
          MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
        })),
      }),
    );
    return world.receive();
  }

  test('three ingest functions at once store every call, number every prompt and keep what is broken', async () => {
    const functions = await Promise.all(
      [1, 2, 3].map(() => importBundle<SQSBatchResponse>('ingest-calls')),
    );
    const events: SQSEvent[] = [];
    for (let index = 0; index < 12; index += 1) {
      events.push(await batch([...[1, 2, 3, 4].map(() => call(`f${index % 3}`)), 'broken']));
    }
    const responses = await Promise.all(
      functions.map(async (ingest, worker) => {
        const failed: unknown[] = [];
        for (const event of events.filter((_event, index) => index % 3 === worker)) {
          failed.push(...(await ingest(event)).batchItemFailures);
        }
        return failed;
      }),
    );
    expect(responses.flat()).toEqual([]);
    const { rows } = await world.owner.query(
      `select count(*)::int as calls, count(distinct (feature, prompt_version))::int as versions,
         (select count(*)::int from tricost.rejected_calls) as rejected,
         (select count(distinct pid)::int from pg_stat_activity
          where datname = current_database() and usename = 'tricost_runtime') as servers
       from tricost.llm_calls`,
    );
    expect(rows).toEqual([{ calls: 48, versions: 48, rejected: 12, servers: SERVER_CONNECTIONS }]);
  });

  test('five functions that are delivered the same large batches store every call once', async () => {
    await world.reset();
    const functions = await Promise.all(
      [1, 2, 3, 4, 5].map(() => importBundle<SQSBatchResponse>('ingest-calls')),
    );
    const events: SQSEvent[] = [];
    for (let index = 0; index < 4; index += 1) {
      // Enough for COPY, whose first duplicate ends it in the middle of its data.
      events.push(await batch([Array.from({ length: 600 }, () => call(`large${index}`))]));
    }
    const failed = await Promise.all(
      functions.map(async (ingest, worker) => {
        const ids: unknown[] = [];
        for (let index = 0; index < events.length; index += 1) {
          const event = events[(index + worker) % events.length];
          ids.push(...(await ingest(event)).batchItemFailures);
        }
        return ids;
      }),
    );
    expect(failed.flat()).toEqual([]);
    const { rows } = await world.owner.query(
      'select count(*)::int as calls from tricost.llm_calls',
    );
    expect(rows).toEqual([{ calls: 2_400 }]);
  });

  test('an alert is decided and delivered', async () => {
    await world.reset();
    await world.storeCalls([
      { ts: '2026-10-01T12:00:00Z', usd: '0.01' },
      { ts: '2026-11-12T12:00:00Z', usd: '10' },
      { ts: '2026-11-18T12:00:00Z', usd: '20' },
    ]);
    await (await importBundle('spend-alert'))({ scheduledTime: MORNING });
    const notify = await importBundle<SQSBatchResponse>('notify');
    expect(await notify(await world.receive())).toEqual({ batchItemFailures: [] });
    expect(world.slack.posted).toEqual([
      ':fire: `f` +100 % (+$10.00): +$10.00 price of `claude-sonnet-5`',
    ]);
  });
});
