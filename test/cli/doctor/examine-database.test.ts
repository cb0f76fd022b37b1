/** A real database, broken in one way after another: the doctor finds exactly that, and its remedy ends it. */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../../adapters/postgres/connect.ts';
import {
  ensurePartitions,
  ensurePartitionsBetween,
} from '../../../adapters/postgres/create-partitions.ts';
import { insertPriceList } from '../../../adapters/postgres/price-list.ts';
import { compareRelease } from '../../../adapters/postgres/price-releases.ts';
import {
  examineDatabase,
  examineLateDeliveries,
  examineOutbox,
  examinePartitions,
  examinePriceList,
  examineRejectedCalls,
} from '../../../cli/doctor/examine-database.ts';
import type { Finding } from '../../../domain/doctor/finding.ts';
import { builtInRelease } from '../../../domain/pricing/built-in-prices.ts';
import { rowsToAdd } from '../../../domain/pricing/compare-price-lists.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';
import { ailing, patientOf, remedyOf } from './patient.ts';

const RANGE = { monthsBack: 3, monthsAhead: 3 };

let database: TestDatabase;
let owner: pg.Client;
const patient = patientOf();

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await connect({ connectionString: database.url, applicationName: 'test' });
  await ensurePartitions(owner, new Date(), RANGE);
});

afterAll(async () => {
  await owner.end();
  await database.drop();
});

async function examineAll(client: pg.Client = owner): Promise<Finding[]> {
  const looks = [
    ...[examineDatabase, examinePartitions, examineOutbox, examineRejectedCalls],
    ...[examinePriceList, examineLateDeliveries],
  ];
  const findings: Finding[] = [];
  for (const look of looks) findings.push(...(await look(client, patient)));
  return findings;
}

/** Nothing of it stays. */
async function undone(work: () => Promise<void>): Promise<void> {
  await owner.query('begin');
  try {
    await work();
  } finally {
    await owner.query('rollback');
  }
}

function month(offset: number): { name: string; from: string; to: string } {
  const now = new Date();
  const first = (shift: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + shift, 1)).toISOString();
  const name = `tricost.llm_calls_p${first(offset).slice(0, 7).replace('-', '_')}`;
  return { name, from: first(offset), to: first(offset + 1) };
}

test('a database as deployed is well in everything', async () => {
  expect(ailing(await examineAll())).toEqual([]);
});

describe('broken, found, mended', () => {
  test.each([
    ['revoke insert on tricost.llm_calls from tricost_ingest', 'grants mend'],
    [
      'revoke execute on function tricost.assign_prompt_versions from tricost_ingest',
      'grants mend',
    ],
    ['revoke usage on schema reporting from tricost_readonly', 'grants mend'],
    ['grant select on tricost.llm_calls to tricost_readonly', 'grants mend'],
    ['grant select (feature) on tricost.llm_calls to public', 'grants mend'],
    ['grant delete on tricost.llm_calls to tricost_ingest', 'grants warning'],
    [
      'create table tricost.llm_calls_rest partition of tricost.llm_calls default',
      'default-partition mend',
    ],
    [
      `create table tricost.llm_calls_p2001_01 (like tricost.llm_calls)`,
      'detached-partitions warning',
    ],
    [
      `insert into tricost.outbox (dedupe_key, payload, failed_at, last_error) values ('x', '{}', now(), 'HTTP 404 no_service')`,
      'outbox mend',
    ],
  ])('%s', async (statement, expected) => {
    await undone(async () => {
      await owner.query(statement);
      const findings = await examineAll();
      expect(ailing(findings)).toEqual([expected]);
      const [check = ''] = expected.split(' ');
      const remedy = remedyOf(findings, check as Finding['check']);
      // The outbox's remedy says more than its statement.
      const [sql = ''] = /(?:update|grant|revoke|alter|drop) [^&]+/.exec(remedy) ?? [];
      await owner.query(sql);
      expect(ailing(await examineAll())).toEqual([]);
    });
  });

  test.each([
    ['last month', -1, 'partitions mend'],
    ['this month', 0, 'partitions mend'],
    ['the month furthest ahead', 3, 'partitions warning'],
  ])('no partition for %s', async (_what, offset, expected) => {
    await undone(async () => {
      await owner.query(`drop table ${month(offset).name}`);
      const findings = await examineAll();
      expect(ailing(findings)).toEqual([expected]);
      const [, from, to] =
        /^partitions ensure --from (\S+) --to (\S+)$/.exec(remedyOf(findings, 'partitions')) ?? [];
      await ensurePartitionsBetween(owner, `${from}-01`, `${to}-01`);
      expect(ailing(await examineAll())).toEqual([]);
    });
  });

  test('a month that a retention run left half detached', async () => {
    const reader = await connect({ connectionString: database.url, applicationName: 'reader' });
    const { name } = month(-3);
    try {
      await reader.query('begin');
      await reader.query('select from tricost.llm_calls limit 1');
      await owner.query("set statement_timeout = '500ms'");
      // Waits for the reader, and is cancelled when its first half is done.
      await expect(
        owner.query(`alter table tricost.llm_calls detach partition ${name} concurrently`),
      ).rejects.toThrow('statement timeout');
    } finally {
      await owner.query('reset statement_timeout');
      await reader.end();
    }
    const findings = await examineAll();
    expect(ailing(findings)).toEqual(['partitions mend', 'detached-partitions mend']);
    await owner.query(remedyOf(findings, 'detached-partitions'));
    await owner.query(`drop table ${name}`);
    await ensurePartitions(owner, new Date(), RANGE);
    expect(ailing(await examineAll())).toEqual([]);
  });

  test('a migration that has not run, and one of a newer release', async () => {
    await undone(async () => {
      await owner.query(
        'delete from tricost.schema_migrations where version = (select max(version) from tricost.schema_migrations)',
      );
      expect(ailing(await examineAll())).toEqual(['migrations mend', 'grants unknown']);
    });
    await undone(async () => {
      await owner.query(
        `insert into tricost.schema_migrations (version, name, md5) values (9999, 'newer', '')`,
      );
      expect(ailing(await examineAll())).toEqual(['migrations warning', 'grants unknown']);
    });
  });
});

test('what waits and what was refused', async () => {
  await undone(async () => {
    await owner.query(
      `insert into tricost.outbox (dedupe_key, payload, created_at, last_error) values ('x', '{}', now() - interval '1 hour', 'HTTP 503')`,
    );
    await owner.query(
      `insert into tricost.rejected_calls (message_id, event_index, received_at, reason, detail, body)
       values ('m', 0, now() - interval '2 days', 'old', '', ''), ('m', 1, now(), 'not_json', '', ''), ('m', 2, now(), 'not_json', '', '')`,
    );
    const findings = await examineAll();
    expect(ailing(findings)).toEqual(['outbox mend', 'rejected-calls warning']);
    const says = findings.map((finding) => finding.says).join('\n');
    expect(says).toContain('1 message waiting for 60 minutes: HTTP 503');
    expect(says).toContain('2 in the last day, most of them not_json');
  });
});

const saysOf = (findings: readonly Finding[]) =>
  findings.find(({ check }) => check === 'price-list')?.says;

test('prices that were entered by hand and keep the list out, and a list that is newer than this one', async () => {
  await undone(async () => {
    await owner.query("insert into tricost.price_releases (digest) values ('an earlier one')");
    // Of that release, and then by hand; the list of this tricost has another one.
    await owner.query(
      `insert into tricost.prices (kind, provider, model, unit, service_tier, valid_from, price_usd, source, release)
       values ('list', 'openai', 'gpt-5', 'input', 'standard', now() - interval '2 days', 98, 'a test', 'an earlier one'),
         ('list', 'openai', 'gpt-5', 'input', 'standard', now() - interval '1 day', 99, 'ours', null)`,
    );
    const findings = await examineAll();
    expect(ailing(findings)).toEqual(['price-list warning']);
    expect(saysOf(findings)).toMatch(/^1 prices and 0 names that were entered by hand stay/);
    expect(remedyOf(findings, 'price-list')).toContain('prices update --replace-entered --yes');
    // What the remedy does, without a transaction of its own.
    const release = builtInRelease();
    const taken = { validFrom: new Date().toISOString(), replaceEntered: true };
    const { changes } = await compareRelease(owner, release, taken);
    await insertPriceList(owner, rowsToAdd(changes), null);
    expect(ailing(await examineAll())).toEqual([]);
  });
  await undone(async () => {
    await owner.query("update tricost.price_releases set published = '2099-01-01'");
    const findings = await examineAll();
    expect(ailing(findings)).toEqual(['price-list warning']);
    expect(saysOf(findings)).toContain('is older than');
  });
});

test('envelopes that have been missing for a day', async () => {
  const arrived = (producer: string, sequence: number, age: string) =>
    owner.query(
      `insert into tricost.deliveries (producer_id, sequence, message_id, events, dropped, rejected, received_at)
       values ($1, $2, $3, 1, 0, 0, now() - $4::interval)`,
      [producer, sequence, `${producer} ${sequence}`, age],
    );
  await undone(async () => {
    await arrived('api', 1, '3 days');
    await arrived('api', 4, '2 days');
    await arrived('worker', 2, '30 hours');
    // Not for a day yet, and what the canary lost has an alarm.
    await arrived('web', 2, '1 hour');
    await arrived('tricost-canary', 9, '2 days');
    const findings = await examineAll();
    expect(ailing(findings)).toEqual(['late-deliveries warning']);
    expect(findings.at(-1)).toMatchObject({
      says: expect.stringMatching(
        /^3 envelopes of 2 producers missing for more than a day, the latest since \d{4}-\d\d-\d\dT\d\d h UTC/,
      ),
      mend: 'npx tricost deliveries --aws --stack Tricost',
    });
    // They come after all, by `tricost dlq redrive`.
    for (const sequence of [2, 3]) await arrived('api', sequence, '0 s');
    await arrived('worker', 1, '0 s');
    expect(ailing(await examineAll())).toEqual([]);
  });
});

test('a migrate login that is not the owner is told so', async () => {
  const stranger = await connect({
    connectionString: database.runtimeUrl,
    applicationName: 'test',
  });
  try {
    const findings = await examineDatabase(stranger, patient);
    expect(ailing(findings)).toEqual(['migrations unknown', 'owner mend', 'grants unknown']);
  } finally {
    await stranger.end();
  }
});

test('an empty database: before the deploy nothing is wrong, after it everything', async () => {
  const empty = await createTestDatabase({ template: 'template0' });
  const client = await connect({ connectionString: empty.url, applicationName: 'test' });
  try {
    const before = patientOf('before-deploy');
    expect(ailing(await examineDatabase(client, before))).toEqual([]);
    expect(ailing(await examinePartitions(client, before))).toEqual([]);
    expect(ailing(await examineDatabase(client, patient))).toEqual([
      'migrations mend',
      'grants unknown',
    ]);
  } finally {
    await client.end();
    await empty.drop();
  }
});
