/** Everything around spend-alert and notify, on loopback: a database, the parameter store, the notify queue, Slack. */
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import type { FauxqsServer } from 'fauxqs';
import pg from 'pg';
import { vi } from 'vitest';
import { ensurePartitions } from '../../adapters/postgres/create-partitions.ts';
import { addToOutbox } from '../../adapters/postgres/outbox.ts';
import { setReportingZone } from '../../adapters/postgres/roll-up-spend.ts';
import { startLoopbackFauxqs } from '../../local/queue/loopback-fauxqs.ts';
import { type StoredCall, storeCalls } from '../sql/stored-calls.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { startParameterStore } from './parameter-store.ts';
import { type SlackWebhook, startSlackWebhook } from './slack-webhook.ts';
import { toRecord } from './sqs-record.ts';

/** 09:00 in Rome on Monday the 23rd. */
export const MORNING = '2026-11-23T08:00:00Z';
/** Whatever day it is: every morning of these tests has come, and none after them. */
export const AFTER_MORNINGS = new Date('2026-11-26T23:00:00Z');

const QUEUE = 'notify';
const REGION = 'eu-west-1';
/** So long a visibility timeout that a message seen earlier is one whose function asked for it. */
const QUEUE_OPTIONS = { region: REGION, attributes: { VisibilityTimeout: '43200' } };

/** Twenty calls a day for eight days, of which those of the last day name no user. */
export const LOST_TAGS: StoredCall[] = Array.from({ length: 8 * 20 }, (_, n) => ({
  ts: `2026-11-${15 + Math.floor(n / 20)}T12:00:00Z`,
  usd: '0.000001',
  ...(n >= 7 * 20 && { user_id: '(none)' }),
}));

export interface AlertWorld {
  owner: pg.Client;
  /** The owner's connection string. */
  databaseUrl: string;
  slack: SlackWebhook;
  parameters: Map<string, string>;
  fauxqs: FauxqsServer;
  /** What a function finds in its environment. */
  env: Record<string, string>;
  /** Empties every table and the queue. */
  reset(): Promise<void>;
  storeCalls(calls: StoredCall[]): Promise<void>;
  addToOutbox(...texts: string[]): Promise<void>;
  /** How many wake-ups wait in the queue. */
  wakeUps(): number;
  /** Takes every message off the queue as an event source would; the queue is sent one first when it is empty. */
  receive(): Promise<SQSEvent>;
  /** Seconds until a message of the queue that was received shows again. */
  hiddenSeconds(): number[];
  stop(): Promise<void>;
}

/** A function of its own, as every concurrent invocation has one. */
export async function newAlertFunction() {
  vi.resetModules();
  const { handler } = await import('../../lambdas/spend-alert/handler.ts');
  const context = { getRemainingTimeInMillis: () => 60_000 } as Context;
  return (scheduledTime: string = MORNING) => handler({ scheduledTime }, { ...context });
}

export async function startAlertWorld(): Promise<AlertWorld> {
  const database = await createTestDatabase();
  const owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  await ensurePartitions(owner, new Date(MORNING), { monthsBack: 3, monthsAhead: 1 });
  await setReportingZone(owner, 'Europe/Rome');
  const parameters = new Map<string, string>();
  const slack = await startSlackWebhook();
  const store = await startParameterStore(parameters);
  const fauxqs = await startLoopbackFauxqs();
  parameters.set('/database-url', database.runtimeUrl);
  parameters.set('/slack-webhook-url', slack.url);
  const { queueUrl: namedUrl } = fauxqs.createQueue(QUEUE, QUEUE_OPTIONS);
  // fauxqs names a host that not every machine resolves.
  const queueUrl = new URL(new URL(namedUrl).pathname, fauxqs.address).href;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint: fauxqs.address, region: REGION, credentials });
  const queued = () => fauxqs.inspectQueue(QUEUE)?.messages ?? { ready: [], inflight: [] };

  return {
    owner,
    databaseUrl: database.url,
    slack,
    parameters,
    fauxqs,
    env: {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SSM: store.url,
      AWS_ENDPOINT_URL_SQS: fauxqs.address,
      // Metrics go to console.log, where a test can see them.
      POWERTOOLS_DEV: 'true',
      POWERTOOLS_METRICS_DISABLED: 'false',
      TRICOST_DATABASE_URL_PARAMETER: '/database-url',
      TRICOST_DATABASE_CA: '',
      TRICOST_SLACK_WEBHOOK_URL_PARAMETER: '/slack-webhook-url',
      TRICOST_SLACK_PARAMETER_PREFIX: '/slack/',
      TRICOST_NOTIFY_QUEUE_URL: queueUrl,
      TRICOST_FOLLOW_UP_GROUP: 'follow-ups',
      TRICOST_FOLLOW_UP_ROLE_ARN: 'arn:aws:iam::123456789012:role/follow-ups',
      TRICOST_FAILED_JOBS_QUEUE_ARN: 'arn:aws:sqs:eu-west-1:123456789012:failed-jobs',
      TRICOST_REPORTING_ZONE: 'Europe/Rome',
      TRICOST_SPEND_GROWTH_RATIO: '0.3',
      TRICOST_MINIMUM_SPEND_USD: '5',
      TRICOST_HEARTBEAT: 'false',
      TRICOST_BOARD_URL: '',
    },
    async reset() {
      await owner.query(
        'truncate tricost.llm_calls, tricost.alerts, tricost.tag_coverage_alerts, tricost.outbox, tricost.job_runs, tricost.teams restart identity cascade',
      );
      fauxqs.deleteQueue(QUEUE, { region: REGION });
      fauxqs.createQueue(QUEUE, QUEUE_OPTIONS);
      slack.posted.length = 0;
      slack.bodies.length = 0;
      slack.next.length = 0;
    },
    storeCalls: (calls) => storeCalls(owner, calls),
    async addToOutbox(...texts) {
      for (const text of texts) await addToOutbox(owner, `test:${text}`, { text });
    },
    wakeUps: () => queued().ready.length,
    async receive() {
      if (queued().ready.length === 0) {
        await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'wake up' }));
      }
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return { Records: messages.map((message) => toRecord(message, REGION)) };
    },
    hiddenSeconds: () =>
      queued().inflight.map(({ visibilityDeadline }) => (visibilityDeadline - Date.now()) / 1_000),
    async stop() {
      sqs.destroy();
      await owner.end();
      await Promise.all([slack.stop(), store.stop(), fauxqs.stop(), database.drop()]);
    },
  };
}
