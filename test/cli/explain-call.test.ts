/** `tricost explain-call` on stored calls: the lines add up, or it says that they do not. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { storeEvents } from '../sql/store-events.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { runCommand } from './run-command.ts';
import { runTricost } from './run-tricost.ts';

const NOW = new Date('2026-11-23T14:00:00Z');
/** Made at 2026-11-23T13:00:01Z. */
const V7 = '01a2087d-f068-7000-8000-';

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 2, monthsAhead: 1 });
  ({ database, owner } = owned);
  return owned.drop;
});

let made = 0;
const madeId = () => `${V7}${String(++made).padStart(12, '0')}`;

async function store(fields: object): Promise<string> {
  const event = {
    ...{ event_id: madeId(), ts: '2026-11-23T13:00:00Z', user_id: 'u_1', feature: 'support.reply' },
    ...{ provider: 'openai', model: 'gpt-5' },
    usage_raw: { prompt_tokens: 1_000, completion_tokens: 200 },
    ...fields,
  };
  await storeEvents(owner, [event], NOW);
  return event.event_id;
}

const explain = (...args: string[]) =>
  runCommand(['explain-call', ...args, '--database-url', database.url]);

async function explained(id: string, ...args: string[]) {
  const { code, stdout, stderr } = await explain(id, '--json', ...args);
  expect(stderr).not.toContain('Error');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe('a priced call', () => {
  test('is its counts × the rows it was priced with, to the last digit', async () => {
    const id = await store({});
    const { calls, searched } = await explained(id);
    expect(searched).toBe('from 2026-11-22T13:00:01.000Z to 2026-11-23T14:00:01.000Z');
    expect(calls).toMatchObject([
      {
        ...{ event_id: id, cost_usd: '0.003250000000', price_status: 'priced' },
        ...{ recomputed_usd: '0.003250000000', adds_up: true, outdated: false },
        lines: [
          {
            ...{ unit: 'input', quantity: 1_000, price_usd: '1.25', cost_usd: '0.001250000000' },
            source: '@pydantic/genai-prices 0.1.8',
          },
          { unit: 'output', quantity: 200, price_usd: '10', cost_usd: '0.002000000000' },
        ],
      },
    ]);
    const { rows } = await owner.query(
      'select price_ids from tricost.llm_calls where event_id=$1',
      [id],
    );
    expect(calls[0].lines.map((line: { price_id: number }) => line.price_id)).toEqual(
      rows[0].price_ids,
    );
  });

  test('is told to a person, with tier, region and band', async () => {
    const id = await store({
      ...{
        provider: 'anthropic',
        model: 'claude-opus-4-6',
        batch: true,
        ts: '2026-11-23T12:00:00Z',
      },
      usage_raw: {
        ...{ input_tokens: 1_000, output_tokens: 200, cache_read_input_tokens: 100 },
        inference_geo: 'us',
      },
    });
    const { stdout, code } = await runTricost(['explain-call', id], {
      env: { DATABASE_URL: database.url },
    });
    expect(code).toBe(0);
    // (1,000 × 5 + 100 × 0.5 + 200 × 25) × 0.55 per million
    expect(stdout).toContain('$0.005527500000  priced');
    expect(stdout).toMatch(/cache_read +100 +\$0\.275 per million .* tier batch, region us/);
    expect(stdout).toContain('The lines add up to $0.005527500000, to the last digit.');
    const resident = await store({
      ...{ provider: 'openai', model: 'gpt-5.6-luna', region: 'eu', service_tier: 'priority' },
      ...{ ts: '2026-11-23T12:00:00Z', usage_raw: { prompt_tokens: 1_000, completion_tokens: 10 } },
    });
    // Of every region: 0.2 × 2 × 1.1
    expect((await explain(resident)).stdout).toMatch(
      /input +1,000 +\$0\.44 per million .* tier priority, any region, since 2026-07-30, https:\/\/developers\.openai\.com\/api\/docs\/guides\/data-residency/,
    );
    const tuned = await store({ model: 'ft:gpt-4o-2024-08-06:acme::9XyZ12ab' });
    // 1,000 × 3.75 + 200 × 15
    const told = (await explain(tuned)).stdout;
    expect(told).toContain('$0.006750000000  inferred');
    expect(told).toContain(
      'openai ft:gpt-4o, by the rule that what was tuned (ft:) has the prices',
    );
    const [json] = (await explained(tuned)).calls;
    expect(json.matched).toMatchObject({
      model: 'ft:gpt-4o',
      via: { name: 'ft:', match: 'family' },
    });
    const band = await store({
      ...{ provider: 'anthropic', model: 'claude-sonnet-4-5' },
      usage_raw: { input_tokens: 200_001, output_tokens: 1, cache_read_input_tokens: 0 },
    });
    expect((await explain(band)).stdout).toContain('input above 200,000 tokens');
  });

  test.each<[string, object]>([
    ['a name of another’s prices', { provider: 'azure', model: 'gpt-5' }],
    ['a version behind its id', { provider: 'aws.bedrock', model: 'anthropic.claude-opus-4-6-v1' }],
    [
      'cached input',
      {
        usage_raw: {
          prompt_tokens: 9,
          completion_tokens: 1,
          prompt_tokens_details: { cached_tokens: 5 },
        },
      },
    ],
    [
      'an object that nobody reads beside counts of our own',
      { usage_raw: { credits: 5 }, usage: { input_tokens: 9, output_tokens: 1 } },
    ],
    ['nothing used', { usage_raw: { prompt_tokens: 0, completion_tokens: 0 } }],
  ])('adds up with %s', async (_, fields) => {
    const { calls } = await explained(await store(fields));
    expect(calls[0]).toMatchObject({
      adds_up: calls[0].cost_usd === '0.000000000000' ? null : true,
    });
    expect(calls[0].cost_usd).not.toBeNull();
    expect(calls[0].outdated).toBe(false);
  });

  test('whose row somebody changed does not add up, and says so', async () => {
    const id = await store({});
    await owner.query('update tricost.llm_calls set cost_usd = 0.0213 where event_id = $1', [id]);
    const { calls } = await explained(id);
    expect(calls[0]).toMatchObject({ adds_up: false, recomputed_usd: '0.003250000000' });
    expect((await explain(id)).stdout).toContain('do not add up');
  });

  test('of a release that did not keep its prices says so', async () => {
    const id = await store({});
    await owner.query('update tricost.llm_calls set price_ids = null where event_id = $1', [id]);
    const { calls } = await explained(id);
    expect(calls[0]).toMatchObject({ adds_up: null, lines: [], outdated: false });
    expect((await explain(id)).stdout).toContain('was not kept');
  });

  test('that a corrected price would change is said to be outdated', async () => {
    const id = await store({ model: 'gpt-5-mini' });
    await owner.query(
      `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source)
       values ('contracted', 'openai', 'gpt-5-mini', 'output', 'standard', '2026-11-01', 1, 'a contract')`,
    );
    const { calls } = await explained(id);
    // 1,000 × 0.25 + 200 × 1 per million
    expect(calls[0]).toMatchObject({
      ...{ adds_up: true, outdated: true, cost_today_usd: '0.000450000000' },
    });
    expect((await explain(id)).stdout).toContain('tricost reprice');
  });
});

describe('a call whose cost the provider stated', () => {
  test('shows ours beside it', async () => {
    const id = await store({ cost_usd: '0.004' });
    const { calls } = await explained(id);
    expect(calls[0]).toMatchObject({
      ...{ cost_usd: '0.004000000000', price_status: 'provider', computed_usd: '0.003250000000' },
      ...{ adds_up: true, outdated: false },
    });
    expect((await explain(id)).stdout).toContain('$0.000750000000 more');
  });
});

describe('a call without a price', () => {
  test.each<[string, object, string, RegExp]>([
    ['model_unlisted', { model: 'gpt-5-55' }, 'unpriced', /prices set/],
    [
      'usage_unread',
      { usage_raw: { prompt_tokens: 1, completion_tokens: 1, video_tokens: 7 } },
      'unpriced',
      /video_tokens/,
    ],
    ['no_usage', { usage_raw: undefined, status: 'error' }, 'no_usage', /reported no usage/],
  ])('%s: says why and what to do', async (reason, fields, status, says) => {
    const id = await store(fields);
    const { calls } = await explained(id);
    expect(calls[0]).toMatchObject({ cost_usd: null, price_status: status, reason, lines: [] });
    expect(`${calls[0].what} ${calls[0].to_do}`).toMatch(says);
    expect((await explain(id)).stdout).toMatch(says);
  });

  test('that the list has a price for by now is told how to get it', async () => {
    const id = await store({ model: 'gpt-99' });
    await owner.query(
      `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source)
       select 'contracted', 'openai', 'gpt-99', unit, 'standard', '2026-11-01', 1, 'a contract'
       from unnest('{input,output}'::text[]) as unit`,
    );
    const { calls } = await explained(id);
    expect(calls[0]).toMatchObject({
      ...{ cost_usd: null, outdated: true, cost_today_usd: '0.001200000000' },
    });
    expect((await explain(id)).stdout).toContain('tricost reprice');
  });
});

describe('where it looks', () => {
  test('an id that tells no time is looked for in every month, all calls of it are shown', async () => {
    const event_id = randomUUID();
    await store({ event_id, ts: '2026-11-03T13:00:00Z' });
    await store({ event_id, ts: '2026-09-20T13:00:00Z' });
    const result = await explain(event_id);
    expect(result.stderr).toContain('--day <date> is faster');
    expect(result.stderr).toContain('llm_calls_p2026_10: not there');
    expect(result.stdout).toContain('2 calls have this event_id');
    const { calls } = await explained(event_id, '--day', '2026-09-20');
    expect(calls.map(({ ts }: { ts: string }) => ts)).toEqual(['2026-09-20T13:00:00.000Z']);
  });

  test('an id made by a clock far off is found all the same', async () => {
    const id = await store({ ts: '2026-10-01T13:00:00Z' });
    const { calls, searched } = await explained(id);
    expect([calls.length, searched]).toEqual([1, 'in any month']);
  });

  test('what is not there, or is no id, is an error that says what to do', async () => {
    const absent = await explain(madeId());
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain('there is no call');
    expect(absent.stderr).toContain('refused (reporting.rejected_calls says why)');
    const wrong = await explain('42');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('an event_id is a UUID');
  });
});
