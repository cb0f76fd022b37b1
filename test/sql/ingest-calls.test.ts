/** Storing batches in a real Postgres: exactly once in effect, whoever races, whatever is refused. */

import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ensurePartitions,
  oldestPartitionStart,
} from '../../adapters/postgres/create-partitions.ts';
import { storeBatch } from '../../adapters/postgres/store-batch.ts';
import { planBatch } from '../../domain/ingest-calls/plan-batch.ts';
import { builtInPriceBook } from '../../domain/pricing/built-in-prices.ts';
import { createOwnedDatabase } from '../support/owned-database.ts';
import type { TestDatabase } from '../support/postgres.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

let database: TestDatabase;
let owner: pg.Client;

beforeAll(async () => {
  const owned = await createOwnedDatabase(NOW, { monthsBack: 3, monthsAhead: 3 });
  ({ database, owner } = owned);
  return owned.drop;
});

beforeEach(async () => {
  await owner.query(
    'truncate tricost.llm_calls, tricost.rejected_calls, tricost.deliveries, tricost.prompt_features, tricost.prompt_versions',
  );
});

/** A connection with the rights of the functions, not of the owner. */
async function asIngest<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('set role tricost_ingest');
    return await work(client);
  } finally {
    await client.end();
  }
}

let nextId = 0;

function event(fields: object = {}): object {
  nextId += 1;
  return {
    event_id: `019ab0f4-7d00-7cc3-8a5e-${String(nextId).padStart(12, '0')}`,
    ts: new Date(NOW.getTime() - nextId * 1_000).toISOString(),
    user_id: 'u_1',
    feature: 'support.reply',
    provider: 'openai',
    model: 'gpt-5',
    usage_raw: { prompt_tokens: 1_000, completion_tokens: 100 },
    latency_ms: 12.4,
    ...fields,
  };
}

async function store(client: pg.Client, ...bodies: unknown[]) {
  const messages = bodies.map((body) => ({ messageId: randomUUID(), body: JSON.stringify(body) }));
  const plan = planBatch(messages, {
    now: NOW,
    oldest: await oldestPartitionStart(client),
    prices: builtInPriceBook(),
  });
  return storeBatch(client, plan, new Map());
}

async function count(table: string): Promise<number> {
  const { rows } = await owner.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

describe('a batch', () => {
  test('is stored once, however often it is delivered', async () => {
    const batch = [event(), [event(), event()], { v: 1, events: [event(), 'broken'] }];
    const messages = batch.map((body, index) => ({
      messageId: `m${index}`,
      body: JSON.stringify(body),
    }));
    await asIngest(async (client) => {
      const deliver = async () => {
        const plan = planBatch(messages, {
          now: NOW,
          oldest: await oldestPartitionStart(client),
          prices: builtInPriceBook(),
        });
        return storeBatch(client, plan, new Map());
      };
      expect(await deliver()).toMatchObject({ stored: 4, duplicate: 0, rejected: 1 });
      expect(await deliver()).toMatchObject({ stored: 0, duplicate: 4, rejected: 0 });
    });
    expect(await count('reporting.llm_calls')).toBe(4);
    expect(await count('reporting.rejected_calls')).toBe(1);
  });

  test('keeps every field to the digit', async () => {
    await asIngest((client) =>
      store(client, {
        ...event({ feature: 'a"b\\c{},\'NULL', user_id: 'NULL', tags: { k: 'v,"\\' } }),
        cost_usd: '0.000000000001',
        zone: ['é', null],
      }),
    );
    const { rows } = await owner.query('select * from reporting.llm_calls');
    expect(rows).toEqual([
      expect.objectContaining({
        feature: 'a"b\\c{},\'NULL',
        user_id: 'NULL',
        tags: { k: 'v,"\\' },
        extra: { zone: ['é', null] },
        cost_usd: '0.000000000001',
        price_status: 'provider',
        latency_ms: 12,
        flags: null,
        cache_hit: null,
      }),
    ]);
  });

  test('copies of one event within a batch are one row', async () => {
    const once = event();
    const outcome = await asIngest((client) => store(client, once, [once, once]));
    expect(outcome).toMatchObject({ stored: 1, duplicate: 2, rejected: 0 });
  });

  test('a row that Postgres refuses waits with its reason; its neighbours are stored', async () => {
    await owner.query(
      `alter table tricost.llm_calls add constraint test_refused check (feature <> 'refused')`,
    );
    try {
      const events = Array.from({ length: 9 }, () => event());
      const outcome = await asIngest((client) =>
        store(client, [...events, event({ feature: 'refused' })]),
      );
      expect(outcome).toMatchObject({ stored: 9, rejected: 1 });
      const { rows } = await owner.query(
        `select reason, detail, convert_from(body, 'UTF8')::jsonb ->> 'feature' as feature from tricost.rejected_calls`,
      );
      expect(rows).toEqual([
        {
          reason: 'refused_by_database',
          detail: 'Postgres refused test_refused (SQLSTATE 23514)',
          feature: 'refused',
        },
      ]);
    } finally {
      await owner.query('alter table tricost.llm_calls drop constraint test_refused');
    }
  });

  test('a missing partition is our omission: that message fails and comes again, its neighbours are stored', async () => {
    await owner.query('drop table tricost.llm_calls_p2026_10');
    try {
      const outcome = await asIngest((client) =>
        store(client, [event({ ts: '2026-10-15T00:00:00Z' })], [event()], 'broken', [event()]),
      );
      expect(outcome).toMatchObject({ stored: 2, rejected: 1 });
      expect(outcome.failedMessageIds.size).toBe(1);
      expect(String(outcome.failure)).toContain('no partition');
      expect(await count('reporting.llm_calls')).toBe(2);
    } finally {
      await ensurePartitions(owner, NOW, { monthsBack: 3, monthsAhead: 3 });
    }
  });

  test.each(['llm_calls', 'rejected_calls', 'deliveries'])(
    'a message is acknowledged only when all of it is written: %s cannot be',
    async (table) => {
      const batch = [
        event(),
        'not an object',
        { v: 1, producer_id: 'api-1', sequence: 1, dropped: 7, events: [event(), { ts: 'x' }] },
      ];
      const messages = batch.map((body, index) => ({
        messageId: `${table}-${index}`,
        body: JSON.stringify(body),
      }));
      await asIngest(async (client) => {
        const deliver = async () => {
          const plan = planBatch(messages, {
            now: NOW,
            oldest: await oldestPartitionStart(client),
            prices: builtInPriceBook(),
          });
          return storeBatch(client, plan, new Map());
        };
        await owner.query(`revoke insert on tricost.${table} from tricost_ingest`);
        let failed: Set<string>;
        try {
          ({ failedMessageIds: failed } = await deliver());
        } finally {
          await owner.query(`grant insert on tricost.${table} to tricost_ingest`);
        }
        // Whatever was acknowledged never comes again; the rest does.
        const again = messages.filter(({ messageId }) => failed.has(messageId));
        const plan = planBatch(again, {
          now: NOW,
          oldest: await oldestPartitionStart(client),
          prices: builtInPriceBook(),
        });
        await storeBatch(client, plan, new Map());
      });
      expect(await count('reporting.llm_calls')).toBe(2);
      expect(await count('reporting.rejected_calls')).toBe(2);
      expect(await count('tricost.deliveries')).toBe(1);
    },
  );

  const deliveries = async () =>
    (
      await owner.query(
        'select producer_id, sequence, events, rejected, dropped from tricost.deliveries order by received_at',
      )
    ).rows;

  test('numbered envelopes are noted, with what became of their events, once a message', async () => {
    const number = { producer_id: 'api-1', sequence: 7, dropped: 3 };
    const envelope = { v: 1, ...number, events: [event(), 'broken', event(), event({ ts: 'x' })] };
    await asIngest(async (client) => {
      const plan = planBatch([{ messageId: 'm', body: JSON.stringify(envelope) }], {
        now: NOW,
        oldest: await oldestPartitionStart(client),
        prices: builtInPriceBook(),
      });
      await storeBatch(client, plan, new Map());
      await storeBatch(client, plan, new Map());
      // Another message: its producer tried again, or shares its id with another one.
      await store(client, envelope);
    });
    const row = { producer_id: 'api-1', sequence: '7', events: 4, rejected: 2, dropped: 3 };
    expect(await deliveries()).toEqual([row, row]);
  });

  test('an envelope with too many events has arrived, and all of them are rejected', async () => {
    const number = { producer_id: 'api-1', sequence: 8 };
    const events = Array.from({ length: 20_001 }, () => 0);
    await asIngest((client) => store(client, { v: 1, ...number, events }));
    expect(await deliveries()).toMatchObject([{ sequence: '8', events: 20_001, rejected: 20_001 }]);
    expect(await count('tricost.rejected_calls')).toBe(1);
  });

  test('an envelope of which some call cannot be stored yet has not arrived', async () => {
    const envelope = {
      ...{ v: 1, producer_id: 'api-1', sequence: 9 },
      events: [event(), event({ ts: '2026-09-02T00:00:00Z' })],
    };
    await owner.query('alter table tricost.llm_calls detach partition tricost.llm_calls_p2026_09');
    try {
      const { stored, failedMessageIds } = await asIngest((client) => store(client, envelope));
      expect([stored, failedMessageIds.size]).toEqual([1, 1]);
      expect(await deliveries()).toEqual([]);
    } finally {
      await owner.query(
        `alter table tricost.llm_calls attach partition tricost.llm_calls_p2026_09
         for values from ('2026-09-01T00:00:00Z') to ('2026-10-01T00:00:00Z')`,
      );
    }
    await asIngest((client) => store(client, envelope));
    expect(await deliveries()).toMatchObject([{ sequence: '9', events: 2, rejected: 0 }]);
  });

  test('an event_id that comes back with another ts in a later batch is stored, and counted', async () => {
    const first = event();
    await asIngest(async (client) => {
      await store(client, first);
      await store(client, { ...first, ts: '2026-11-22T00:00:00Z' });
    });
    const { rows } = await owner.query('select calls from reporting.reused_event_ids');
    expect(rows).toEqual([{ calls: '1' }]);
  });
});

describe('prompt versions', () => {
  const versions = async () =>
    (
      await owner.query(
        `select feature, prompt_id, version from reporting.prompt_versions order by feature, version`,
      )
    ).rows;

  test('are numbered in order of first arrival, and going back returns the old number', async () => {
    await asIngest(async (client) => {
      await store(client, event({ prompt_id: 'p_b', prompt_name: 'n' }));
      await store(client, event({ prompt_id: 'p_a', prompt_name: 'n' }));
      await store(client, event({ prompt_id: 'p_b', prompt_name: 'n' }));
    });
    expect(await versions()).toEqual([
      { feature: 'support.reply', prompt_id: 'p_b', version: 1 },
      { feature: 'support.reply', prompt_id: 'p_a', version: 2 },
    ]);
    const { rows } = await owner.query(
      'select prompt_version from reporting.llm_calls order by received_at',
    );
    expect(rows.map((row) => row.prompt_version)).toEqual([1, 2, 1]);
  });

  test('families of a feature are numbered apart; a call without a prompt has no version', async () => {
    await asIngest((client) =>
      store(client, [
        event({ prompt_id: 'p_a', prompt_name: 'one' }),
        event({ prompt_id: 'p_a', prompt_name: 'two' }),
        event({ prompt_id: 'p_a' }),
        event(),
      ]),
    );
    const { rows } = await owner.query('select prompt_version from reporting.llm_calls order by 1');
    expect(rows.map((row) => row.prompt_version)).toEqual([1, 1, 1, null]);
  });

  test('a feature that hashes rendered prompts goes to (many), flagged', async () => {
    const outcome = await asIngest((client) =>
      store(
        client,
        Array.from({ length: 1_050 }, (_, index) => event({ prompt_id: `p_${index}` })),
      ),
    );
    expect(outcome.stored).toBe(1_050);
    expect(await count('tricost.prompt_versions')).toBe(1_000);
    const { rows } = await owner.query(
      `select count(*) from reporting.llm_calls
       where prompt_id = '(many)' and prompt_version is null and flags = '{prompt_overflow}'`,
    );
    expect(rows).toEqual([{ count: '50' }]);
    expect(await count(`tricost.prompt_features where overflowed_at is not null`)).toBe(1);
  });
});

describe('four writers racing the same redelivered batches', () => {
  test('never deadlock, count nothing twice, and give each new prompt one version', async () => {
    const batches = Array.from({ length: 10 }, (_, batch) =>
      Array.from({ length: 120 }, (_, index) =>
        event({ feature: `f${index % 7}`, prompt_id: `p_${(batch * 31 + index) % 40}` }),
      ),
    );
    // Beside its calls, every batch has broken messages and numbered envelopes, which all four writers get too.
    const others = batches.map((_calls, batch) => [
      ...Array.from({ length: 40 }, (_, index) => ({
        messageId: `broken-${batch}-${index}`,
        body: 'x',
      })),
      ...Array.from({ length: 40 }, (_, index) => ({
        messageId: `envelope-${batch}-${index}`,
        body: JSON.stringify({
          v: 1,
          producer_id: `p${index % 4}`,
          sequence: batch * 40 + index,
          events: [],
        }),
      })),
    ]);
    const before = await deadlocks();
    const outcomes = await Promise.all(
      Array.from({ length: 4 }, (_, writer) =>
        asIngest(async (client) => {
          const results = [];
          for (let step = 0; step < batches.length; step += 1) {
            // Each writer starts elsewhere, and packs the events of a batch in another order.
            const number = (step + writer * 3) % batches.length;
            const calls = { messageId: randomUUID(), body: JSON.stringify(batches[number]) };
            const messages = [calls, ...(others[number] ?? [])];
            const plan = planBatch(writer % 2 === 0 ? messages : messages.reverse(), {
              now: NOW,
              oldest: await oldestPartitionStart(client),
              prices: builtInPriceBook(),
            });
            results.push(await storeBatch(client, plan, new Map()));
          }
          return results;
        }),
      ),
    );
    const total = outcomes.flat();
    expect(total.filter((outcome) => outcome.failedMessageIds.size > 0)).toEqual([]);
    expect(total.reduce((sum, outcome) => sum + outcome.stored, 0)).toBe(1_200);
    expect(total.reduce((sum, outcome) => sum + outcome.duplicate, 0)).toBe(3_600);
    expect(await count('reporting.llm_calls')).toBe(1_200);
    expect(await count('reporting.rejected_calls')).toBe(400);
    expect(await count('tricost.deliveries')).toBe(400);
    expect((await deadlocks()) - before).toBe(0);

    const { rows } = await owner.query<{ feature: string; versions: number[] }>(
      `select feature, array_agg(version order by version) as versions
       from tricost.prompt_versions group by feature`,
    );
    expect(rows).toHaveLength(7);
    for (const { versions } of rows) {
      expect(versions).toEqual(versions.map((_, index) => index + 1));
    }
    expect(
      await count(
        'reporting.llm_calls c where not exists (select from tricost.prompt_versions v where (v.feature, v.prompt_id, v.version) = (c.feature, c.prompt_id, c.prompt_version))',
      ),
    ).toBe(0);
  });

  async function deadlocks(): Promise<number> {
    await owner.query('select pg_stat_force_next_flush()');
    const { rows } = await owner.query<{ deadlocks: string }>(
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    return Number(rows[0]?.deadlocks);
  }
});
