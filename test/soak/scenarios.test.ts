/** Small versions of `npm run soak`, the same code with smaller numbers, one after the other on one stack. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { foldSpend } from '../../adapters/postgres/roll-up-spend.ts';
import { parsePicoUsd } from '../../domain/money.ts';
import { Teardown } from '../../local/teardown.ts';
import { account, type Expected } from '../../soak/accounting/account.ts';
import { publisherProblems } from '../../soak/accounting/publisher-account.ts';
import { fullInvocation, memoryProblem } from '../../soak/full-invocation.ts';
import { fuzz } from '../../soak/fuzz.ts';
import { ingestKilled } from '../../soak/ingest-killed.ts';
import { postgresOutage } from '../../soak/postgres-outage.ts';
import { queueKilled } from '../../soak/queue-killed.ts';
import { repriceMillion } from '../../soak/reprice-million.ts';
import { rollupsRaced } from '../../soak/rollups-raced.ts';
import type { Size } from '../../soak/scenario.ts';
import { sdkKilled } from '../../soak/sdk-killed.ts';
import { slackDead } from '../../soak/slack-dead.ts';
import { ingestMetric, type SoakStack, startSoakStack } from '../../soak/world/soak-stack.ts';
import { sharedAssembly } from '../support/shared-assembly.ts';

/** Only for a run that hangs: a busy machine takes minutes for what takes seconds. */
const START_TIMEOUT_MS = 300_000;
const SCENARIO_TIMEOUT_MS = 300_000;

const teardown = new Teardown();
let soak: SoakStack;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-soak-'));
  teardown.add(() => rm(directory, { recursive: true }));
  // The least that Lambda allows for batches of a hundred.
  const eventSources = { batchingWindowSeconds: 1, maximumConcurrency: 2 };
  soak = await startSoakStack({
    directory,
    synthesized: await sharedAssembly(),
    teardown,
    eventSources,
  });
}, START_TIMEOUT_MS);

afterAll(() => teardown.run(), START_TIMEOUT_MS);

const size = (events: number): Size => ({ seed: 7, events, report: () => {} });

test('Postgres is stopped in the middle of steady traffic', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const timing = { publishMs: 2_500, outageMs: 1_500, skipWaits: true };
  const { account, problems } = await postgresOutage(soak, { ...size(300), ...timing });
  expect(problems).toEqual([]);
  // 300 copies, of which every fiftieth is a repeat, and thirteen bodies that cannot be calls.
  expect(account).toMatchObject({
    published: 313,
    stored: 294,
    expectedDuplicates: 6,
    rejected: 13,
  });
});

// On what the outage has left in the tables.
test('the account of it shows what is missing, doubled, strange, mispriced or left over', async () => {
  const { database, stack } = soak;
  const stored = await database.withOwner((owner) =>
    owner.query<{ event_id: string; cost_usd: string }>(
      'select event_id, cost_usd from tricost.llm_calls',
    ),
  );
  const costs = stored.rows.map((row): [string, bigint] => [
    row.event_id,
    parsePicoUsd(row.cost_usd),
  ]);
  const right: Expected = { published: 313, costs: new Map(costs), rejected: 13 };
  const problemsOf = async (expected: Expected) => (await account(soak, expected)).problems;
  expect(await problemsOf(right)).toEqual([]);

  const [first = ['', 0n], ...others] = costs;
  expect(await problemsOf({ ...right, costs: new Map(others) })).toEqual(
    expect.arrayContaining([
      '1 calls in llm_calls were never published',
      expect.stringMatching(/^they cost/),
    ]),
  );
  const lost = new Map([...costs, ['lost', 0n] as const]);
  expect(await problemsOf({ ...right, costs: lost })).toContain(
    '1 calls are missing from llm_calls',
  );
  const mispriced = new Map([...others, [first[0], first[1] + 1n] as const]);
  expect(await problemsOf({ ...right, costs: mispriced })).toEqual([
    expect.stringMatching(/^they cost/),
  ]);
  const metBefore = ingestMetric(soak, 'Duplicate');
  expect((await account(soak, right, metBefore)).problems).toEqual([
    'ingest met 0 copies again of 6 published',
  ]);
  expect(await problemsOf({ ...right, rejected: 12 })).toContain(
    '13 events are in rejected_calls instead of 12',
  );

  await database.withOwner((owner) =>
    owner.query(`insert into tricost.llm_calls
      (ts, event_id, user_id, feature, prompt_id, provider, model, status, price_status)
      select ts + interval '1 ms', event_id, user_id, feature, prompt_id, provider, model, status, 'unpriced'
      from tricost.llm_calls limit 1`),
  );
  const deadLetters = stack.plan.outputs['DeadLetterQueueUrl'];
  await stack.sqs.send(
    new SendMessageCommand({
      QueueUrl: deadLetters,
      MessageBody: 'x',
    }),
  );
  const problems = await problemsOf(right);
  expect(problems).toContain('1 event ids have more than one row');
  expect(problems).toContainEqual(expect.stringMatching(/^1 messages are in queue .*Dead/));
  expect(
    await publisherProblems(soak, { published: 301, sent: 300, dropped: 1, pending: 0 }),
  ).toHaveLength(2);
  await stack.sqs.send(new PurgeQueueCommand({ QueueUrl: deadLetters }));
});

test('ingest-calls is killed at any moment, and between commit and acknowledgement', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const { account, facts, problems } = await ingestKilled(soak, { ...size(300), kills: 2 });
  expect(problems).toEqual([]);
  expect(account).toMatchObject({
    published: 313,
    stored: 294,
    expectedDuplicates: 6,
    rejected: 13,
  });
  expect(facts['invocations_killed_after_commit']).toBeGreaterThan(0);
});

test('the queue is killed and started again with its data', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const timing = { kills: 1, publishMs: 1_500 };
  const { account, problems } = await queueKilled(soak, { ...size(300), ...timing });
  expect(problems).toEqual([]);
  expect(account).toMatchObject({
    published: 313,
    stored: 294,
    expectedDuplicates: 6,
    rejected: 13,
  });
});

test('apps that publish die in every way', { timeout: SCENARIO_TIMEOUT_MS }, async () => {
  const { facts, problems } = await sdkKilled(soak, { ...size(400), deaths: 4, publishMs: 500 });
  expect(problems).toEqual([]);
  expect(facts['calls_found_in_the_spool']).toBeGreaterThan(0);
  expect(facts['counted_as_dropped']).toBeGreaterThan(0);
});

test('Slack is dead for simulated hours', { timeout: SCENARIO_TIMEOUT_MS }, async () => {
  const { facts, problems } = await slackDead(soak, { ...size(8), hours: 1, silences: 0 });
  expect(problems).toEqual([]);
  expect(facts).toMatchObject({ messages: 8, well: 8 });
});

test('a small part of a full invocation keeps within its memory', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const limits = { invocationBytes: 600_000, messages: { ordinary: 10, padded: 1, crowded: 1 } };
  const { facts, problems } = await fullInvocation(soak, { ...size(1_000), ...limits });
  expect(problems).toEqual([]);
  expect(memoryProblem(0)).toContain('not measured');
  expect(facts).toMatchObject({ ordinary_calls: 1_000, padded_calls: 1, crowded_calls: 1_000 });
});

test('writers, folds and changes of the zone race, and every read is exact', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const { facts, problems } = await rollupsRaced(soak, size(20));
  expect(problems).toEqual([]);
  expect(facts['reads']).toBe(20);
});

test('the race finds a fold out that does not wait for another one', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const careless: typeof foldSpend = async (client, { days }) => {
    const sql = "select tricost.fold_spend($1, 'infinity') as folded";
    // Deadlocked, it leaves the work to the next one.
    const result = await client.query<{ folded: number }>(sql, [days]).catch(() => undefined);
    return result?.rows[0]?.folded;
  };
  const { problems } = await rollupsRaced(soak, { ...size(300), fold: careless });
  expect(problems.length).toBeGreaterThan(0);
});

test('mutated and hostile bodies are stored or refused, and nothing throws', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const { facts, problems } = await fuzz(soak, { ...size(500), throughStackEvery: 10 });
  expect(problems).toEqual([]);
  // Enough of either kind that the run says something.
  expect(facts['rejected_not_json']).toBeGreaterThan(20);
  expect(facts['rejected_type_invalid']).toBeGreaterThan(20);
  expect(Number.parseFloat(String(facts['bodies_with_a_stored_call']))).toBeGreaterThan(20);
});

test('calls are priced again while somebody reads, by a process that is killed', {
  timeout: SCENARIO_TIMEOUT_MS,
}, async () => {
  const limits = { kills: 1, memoryGrowth: Number.POSITIVE_INFINITY };
  const { facts, problems } = await repriceMillion(soak, { ...size(20_000), ...limits });
  expect(problems).toEqual([]);
  expect(facts).toMatchObject({ calls: 20_000, killed: 1 });
  expect(facts['snapshots_of_some_changed']).toBeGreaterThan(0);
});
