/**
 * A drill: makes the condition of every alarm on the running stack, sees it ring, does what docs/runbook.md says, in its own
 * commands, and sees it end. A command that is wrong, or does not help, fails here and not at three in the morning.
 */

import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connect } from '../../adapters/postgres/connect.ts';
import { addToOutbox } from '../../adapters/postgres/outbox.ts';
import { queueDepth } from '../../adapters/sqs/queue-depth.ts';
import { canarySequence } from '../../domain/canary.ts';
import { awsEnvironment, type DrillWorld, startDrillWorld } from './drill-world.ts';
import { runbookSection } from './runbook.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;
const PATIENCE = { timeout: 40_000, interval: 50 };

let world: DrillWorld;

beforeAll(async () => {
  world = await startDrillWorld();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(() => {
  for (const [name, value] of Object.entries(awsEnvironment(world))) vi.stubEnv(name, value);
});

interface Scenario {
  /** Makes it as it is on a good day. */
  calm?(): Promise<unknown>;
  condition(): Promise<unknown>;
  /** Ends the cause: what the runbook leaves to whoever reads it. */
  mend?(): Promise<unknown>;
  /** Values of the runbook's variables and examples. */
  values?: () => Record<string, string>;
  /** What the commands must have shown. */
  shows?: string;
  /** What must come to pass for the alarm to end, as the runbook says. */
  ends?(): Promise<unknown>;
  /** What the operator wanted. */
  result?(): Promise<unknown>;
}

const call = (fields: object = {}) => ({
  ts: new Date(Date.now() - MINUTE_MS).toISOString(),
  provider: 'openai',
  model: 'gpt-5',
  usage: { prompt_tokens: 1_000, completion_tokens: 100 },
  ...fields,
});

const url = (output: string): string => world.stack.plan.outputs[output] ?? '';
const publish = (body: unknown, output = 'QueueUrl') =>
  world.stack.sqs.send(
    new SendMessageCommand({ QueueUrl: url(output), MessageBody: JSON.stringify(body) }),
  );
const passes = async (ms: number): Promise<void> => world.clock.advance(ms);
const fails = (prefix: string) => world.stack.invoke(world.functionName(prefix), null);
const drained = () =>
  vi.waitFor(
    async () => expect(await queueDepth(world.stack.sqs, url('QueueUrl'))).toBe(0),
    PATIENCE,
  );

async function count(sql: string, values: unknown[] = []): Promise<number> {
  return (await world.database.query(sql, values)).rowCount ?? 0;
}
const stored = (feature: string) =>
  count('select from tricost.llm_calls where feature = $1', [feature]);
const comes = (feature: string, calls: number) =>
  vi.waitFor(async () => expect(await stored(feature)).toBe(calls), PATIENCE);

/** The canary of so many quarters after the current one. */
async function canary(offset: number): Promise<void> {
  const result = await world.stack.runSchedule(
    'canary',
    new Date(Date.now() + offset * QUARTER_MS),
  );
  expect(result.error).toBeUndefined();
}
const canaryAged = (offset: number, minutes: number) =>
  world.database.query(
    'update tricost.canaries set sent_at = sent_at - make_interval(mins => $2) where sequence = $1',
    [canarySequence(new Date()) + offset, minutes],
  );
const canaryStored = (offset: number) =>
  vi.waitFor(async () => {
    const sequence = canarySequence(new Date()) + offset;
    // Every try of a run sends it.
    const sql =
      'select distinct sequence from tricost.deliveries where producer_id = $1 and sequence = $2';
    expect(await count(sql, ['tricost-canary', sequence])).toBe(1);
  }, PATIENCE);

async function outbox(text: string): Promise<void> {
  const owner = await connect({ connectionString: world.database.url, applicationName: 'drill' });
  await addToOutbox(owner, text, { text });
  await owner.end();
}
const inSlack = (text: string) =>
  vi.waitFor(
    () => expect(world.inbox.messages().map(({ payload }) => payload.text)).toContain(text),
    PATIENCE,
  );

const LATE_CALL = JSON.stringify(
  call({ feature: 'late', event_id: '019ab0f4-7d00-7cc3-8a5e-0242ac120002' }),
);

/** What an event source would hand over: a call that was sent so long ago. */
const handOver = (ageMs: number) =>
  world.stack.invoke(world.functionName('IngestCallsFunction'), {
    Records: [
      {
        messageId: `late-${ageMs}`,
        receiptHandle: 'none',
        body: LATE_CALL,
        attributes: { SentTimestamp: String(Date.now() - ageMs), ApproximateReceiveCount: '1' },
      },
    ],
  });

const newPassword = 'changed-in-the-drill';
const oldMonth = (): Date => {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 4, 2));
};
const failSpendAlert = async () => {
  await world.database.query('revoke select on tricost.job_runs from tricost_ingest');
  const { awsEndpoint, plan } = world.stack;
  const Payload = JSON.stringify({ scheduledTime: new Date().toISOString() });
  await new LambdaClient({ endpoint: awsEndpoint, region: plan.region }).send(
    new InvokeCommand({
      FunctionName: world.functionName('SpendAlert'),
      InvocationType: 'Event',
      Payload,
    }),
  );
};
const failReprice = async () => {
  await world.database.query('alter table tricost.prices rename column price_usd to price_gone');
  await world.stack.runSchedule('reprice', new Date());
};
const allowReprice = () =>
  world.database.query('alter table tricost.prices rename column price_gone to price_usd');
const allowSpendAlert = () =>
  world.database.query('grant select on tricost.job_runs to tricost_ingest');

/** In an order in which none disturbs the next. */
const SCENARIOS: Record<string, Scenario> = {
  'calls-dead-letters': {
    async condition() {
      await publish([call({ feature: 'dead' })]);
      // Nobody deletes it; the receive after the last one allowed moves it.
      const receive = new ReceiveMessageCommand({
        QueueUrl: url('QueueUrl'),
        VisibilityTimeout: 0,
        WaitTimeSeconds: 0,
      });
      while ((await world.stack.sqs.send(receive)).Messages !== undefined);
      expect(await queueDepth(world.stack.sqs, url('DeadLetterQueueUrl'))).toBe(1);
    },
    mend: () => world.takeCalls(true),
    shows: 'would be stored',
    result: () => comes('dead', 1),
  },
  'canary-missing': {
    async calm() {
      await canary(-3);
      await canaryStored(-3);
      await canary(-2);
      await canaryStored(-2);
    },
    async condition() {
      await world.takeCalls(false);
      await canary(-1);
      await canaryAged(-1, 15);
      await passes(QUARTER_MS);
      await canary(0);
    },
    async mend() {
      await world.takeCalls(true);
      await canaryStored(-1);
    },
    shows: '"lagMs":null',
  },
  'canary-late': {
    // The canary that was missing came late.
    calm: () => passes(QUARTER_MS),
    async condition() {
      await canaryStored(0);
      await canaryAged(0, 6);
      await passes(QUARTER_MS);
      await canary(1);
    },
    shows: 'CanaryLagMs',
    async ends() {
      await canaryStored(1);
      await passes(QUARTER_MS);
      await canary(2);
    },
  },
  'calls-waiting': {
    async condition() {
      await drained();
      await world.takeCalls(false);
      await publish(call({ feature: 'waiting' }));
      await passes(16 * MINUTE_MS);
    },
    values: () => ({ UUID: 'as listed' }),
    result: () => comes('waiting', 1),
  },
  'ingest-calls-errors': {
    condition: () => fails('IngestCallsFunction'),
    shows: 'TypeError',
    ends: () => passes(5 * MINUTE_MS),
  },
  'ingest-calls-bugs': {
    async condition() {
      await world.plantBug(true);
      await publish(call({ feature: 'bug', model: 'drill-bug' }));
    },
    mend: () => world.plantBug(false),
    shows: 'planted bug',
    async ends() {
      await comes('bug', 1);
      await passes(QUARTER_MS);
    },
  },
  'calls-rejected': {
    async condition() {
      const ts = oldMonth().toISOString();
      await publish(Array.from({ length: 12 }, () => call({ feature: 'old', ts })));
    },
    values: () => ({
      'YYYY-MM': oldMonth().toISOString().slice(0, 7),
      'event.json': join(tmpdir(), 'tricost-drill-event.json'),
    }),
    shows: 'ts_too_old',
    ends: () => passes(HOUR_MS),
    async result() {
      await comes('old', 12);
      expect(await count('select from tricost.rejected_calls')).toBe(0);
    },
  },
  'notifications-failed': {
    async condition() {
      await outbox('to a webhook that is gone');
      await publish({ wake: 'notify' }, 'NotifyQueueUrl');
    },
    values: () => ({ NEW_WEBHOOK: world.inbox.webhookUrl }),
    shows: 'no_service',
    ends: () => passes(5 * MINUTE_MS),
    result: () => inSlack('to a webhook that is gone'),
  },
  'notify-dead-letters': {
    async condition() {
      await outbox('to be woken up for');
      await publish({ wake: 'notify' }, 'NotifyDeadLetterQueueUrl');
    },
    shows: 'a wake-up',
    result: () => inSlack('to be woken up for'),
  },
  'notify-errors': {
    condition: () => fails('NotifyFunction'),
    shows: 'TypeError',
    ends: () => passes(5 * MINUTE_MS),
  },
  'failed-jobs': {
    condition: failSpendAlert,
    mend: allowSpendAlert,
    shows: 'permission denied',
  },
  'spend-alert-errors': {
    calm: () => passes(5 * MINUTE_MS),
    condition: failSpendAlert,
    async mend() {
      await vi.waitFor(async () => {
        expect(await queueDepth(world.stack.sqs, url('FailedJobsQueueUrl'))).toBe(1);
      }, PATIENCE);
      await allowSpendAlert();
    },
    shows: 'permission denied',
    ends: () => passes(5 * MINUTE_MS),
  },
  'reprice-errors': {
    condition: failReprice,
    mend: allowReprice,
    shows: '42703',
    ends: () => passes(5 * MINUTE_MS),
  },
  'create-partitions-errors': {
    async condition() {
      const { rows } = await world.database.query<{ name: string }>(
        'select name from tricost.llm_calls_partitions order by starts_at desc limit 1',
      );
      await world.database.query(
        `alter table tricost.llm_calls detach partition tricost.${rows[0]?.name}`,
      );
      await world.stack.runSchedule('create-partitions', new Date());
    },
    async mend() {
      const { rows } = await world.database.query<{ name: string }>(
        `select c.relname as name from pg_class c where relnamespace = 'tricost'::regnamespace and relkind = 'r'
           and relname ~ '^llm_calls_p' and not exists (select from pg_inherits where inhrelid = c.oid)`,
      );
      for (const { name } of rows) await world.database.query(`drop table tricost.${name}`);
    },
    shows: 'is not attached',
    ends: () => passes(5 * MINUTE_MS),
  },
  'partitions-missing': { condition: () => passes(49 * HOUR_MS) },
  'spend-alert-silent': {
    async calm() {
      expect(await world.stack.runSchedule('spend-alert', new Date())).not.toHaveProperty('error');
    },
    condition: () => passes(27 * HOUR_MS),
  },
  'calls-late': {
    async calm() {
      await handOver(0);
    },
    async condition() {
      const { login } = world.runtime;
      // A role may end its own sessions; its password still is the old one.
      await world.dropConnections();
      await world.database.query(`alter role ${login} password '${newPassword}'`);
      await handOver(16 * MINUTE_MS);
      await handOver(16 * MINUTE_MS);
    },
    values: () => ({
      NEW_URL: Object.assign(new URL(world.runtime.url), { password: newPassword }).href,
    }),
    shows: '28P01',
    async ends() {
      await passes(5 * MINUTE_MS);
      await vi.waitFor(async () => {
        expect((await handOver(0)).payload).toBe('{"batchItemFailures":[]}');
      }, PATIENCE);
    },
    result: () => comes('late', 1),
  },
};

test('every alarm of the stack has its drill', () => {
  expect(Object.keys(SCENARIOS).toSorted()).toEqual([...world.alarms.keys()].toSorted());
});

test.each(Object.keys(SCENARIOS))(
  '%s',
  async (alarm) => {
    const scenario = SCENARIOS[alarm] as Scenario;
    const rings = (expected: boolean) =>
      vi.waitFor(
        async () => expect([alarm, await world.rings(alarm)]).toEqual([alarm, expected]),
        PATIENCE,
      );
    await writeFile(
      join(tmpdir(), 'tricost-drill-event.json'),
      JSON.stringify(call({ ts: oldMonth().toISOString() })),
    );
    const { investigation, command, resolution } = runbookSection(alarm);
    const values = scenario.values?.() ?? {};
    const run = (line: string) =>
      world.shell(
        line
          .replace('YYYY-MM', values['YYYY-MM'] ?? '')
          .replace('event.json', values['event.json'] ?? ''),
        values,
      );

    await scenario.calm?.();
    await rings(false);
    await scenario.condition();
    await rings(true);
    let said = await run(command);
    for (const line of investigation) said += await run(line);
    expect(said).toContain(scenario.shows ?? '');
    await scenario.mend?.();
    for (const line of resolution) await run(line);
    await scenario.ends?.();
    await rings(false);
    await scenario.result?.();
  },
  120_000,
);
