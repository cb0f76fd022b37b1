/**
 * Writers, folds, snapshots, zones and months that go, all at once: every read compares every report with the calls as of one
 * instant. In rounds, each at another awkward moment that the reports take for now.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { checkRollups } from '../adapters/postgres/check-rollups.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { copyIn } from '../adapters/postgres/copy-in.ts';
import {
  ensurePartitions,
  listPartitions,
  retirePartitions,
} from '../adapters/postgres/create-partitions.ts';
import { foldSpend, setReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import { refreshUserWindows } from '../adapters/postgres/user-windows.ts';
import { type Random, seededRandom } from '../local/demo/random.ts';
import { pinReportingDay, unpinReportingDay } from '../local/postgres/pin-reporting-day.ts';
import type { Outcome, Size } from './scenario.ts';
import type { SoakStack } from './world/soak-stack.ts';

const WRITERS = 3;
const FOLDERS = 2;
/** Half an hour, three quarters, a midnight that does not come, one that comes twice. */
const ZONES = [
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Havana',
  'America/St_Johns',
  'UTC',
];
/** Midnights, clocks that change, and the instant before. */
const NOWS = [
  '2026-11-01T00:00:00Z',
  '2026-11-01T04:59:59.999Z',
  '2026-10-03T15:30:00Z',
  '2026-11-22T18:15:00Z',
  '2026-04-04T15:00:00Z',
  '2026-03-08T05:00:00Z',
  '2026-10-31T23:59:59.999Z',
];
const READS_A_ROUND = 150;
/** Of ten reads, so many come after writers have stopped: only then is a snapshot of users exact, and folds get to the end. */
const QUIET_READS = 4;
/** Writers wait for each other's rows no longer: what they meet is the fold's business, not a deadlock's. */
const LOCK_TIMEOUT_MS = 50;
const MOST_CALLS = 800;
const MOST_FOLD_PAUSE_MS = 100;
const MONTHS_BACK = 4;
/** The windows of thirty days and the ones before need them. */
const LEAST_MONTHS = 3;
const DAY_MS = 86_400_000;

interface Race {
  now: Date;
  fold: typeof foldSpend;
  isQuiet: boolean;
  isOver: boolean;
  reads: number;
  statements: number;
  folds: number;
  zones: number;
  snapshots: number;
  exactSnapshots: number;
  months: number;
}

interface RaceSize extends Size {
  /** Another fold than ours: a test shows that a wrong one is found out. */
  fold?: typeof foldSpend;
}

/** `events` is how many reads there are. */
export async function rollupsRaced(soak: SoakStack, size: RaceSize): Promise<Outcome> {
  const { seed, events: reads, report, fold = foldSpend } = size;
  const clients = await Promise.all(
    Array.from({ length: WRITERS + FOLDERS + 3 }, () =>
      connect({ connectionString: soak.database.ownerUrl, applicationName: 'tricost soak' }),
    ),
  );
  const counts = {
    ...{ reads: 0, statements: 0, folds: 0, zones: 0, snapshots: 0, exact_snapshots: 0 },
    months_dropped: 0,
  };
  const problems: string[] = [];
  const [reader] = clients as [Client, ...Client[]];
  for (let round = 0; counts.reads < reads && problems.length === 0; round += 1) {
    const race: Race = {
      now: new Date(NOWS[(seed + round) % NOWS.length] as string),
      fold,
      isQuiet: false,
      isOver: false,
      ...{
        reads: 0,
        statements: 0,
        folds: 0,
        zones: 0,
        snapshots: 0,
        exactSnapshots: 0,
        months: 0,
      },
    };
    await begin(reader, race.now);
    const roundReads = Math.min(READS_A_ROUND, reads - counts.reads);
    problems.push(
      ...(await runRound(clients as [Client, ...Client[]], race, {
        seed: seed * 1_000 + round,
        reads: roundReads,
        before: counts.reads,
      })),
    );
    counts.reads += race.reads;
    counts.statements += race.statements;
    counts.folds += race.folds;
    counts.zones += race.zones;
    counts.snapshots += race.snapshots;
    counts.exact_snapshots += race.exactSnapshots;
    counts.months_dropped += race.months;
    report(`${counts.reads} of ${reads} reads, ${counts.folds} folds`);
  }
  const { months_dropped: _, ...least } = counts;
  if (problems.length === 0 && Math.min(...Object.values(least)) === 0) {
    problems.push(`nothing raced: nothing was shown: ${JSON.stringify(counts)}`);
  }
  await end(reader);
  await Promise.all(clients.map((client) => client.end()));
  return { facts: counts, problems };
}

/** No calls, every month, and nothing that an earlier round has frozen. */
async function begin(client: Client, now: Date): Promise<void> {
  await client.query(`
    truncate tricost.llm_calls;
    truncate tricost.rollup_dirty, tricost.feature_hours, tricost.feature_days, tricost.prompt_days, tricost.latency_days,
      tricost.prompt_majorities, tricost.user_windows, tricost.reporting_hours, tricost.reporting_days;
    update tricost.rollup_state set raw_from = '-infinity', zone = 'UTC'`);
  await ensurePartitions(client, now, { monthsBack: MONTHS_BACK, monthsAhead: 1 });
  for (const { startsAt, endsAt } of await listPartitions(client)) {
    await client.query('select tricost.make_reporting_hours($1, $2)', [startsAt, endsAt]);
  }
  await pinReportingDay(client, now);
}

/** As other scenarios want it. */
async function end(client: Client): Promise<void> {
  await begin(client, new Date());
  await unpinReportingDay(client);
}

async function runRound(
  [reader, zoner, snapshooter, ...others]: Client[],
  race: Race,
  { seed, reads, before }: { seed: number; reads: number; before: number },
): Promise<string[]> {
  if (!reader || !zoner || !snapshooter) throw new Error('too few connections');
  const racing = Promise.all([
    changeZonesAndMonths(zoner, race, seededRandom(seed)),
    snapshoot(snapshooter, race),
    ...others.slice(0, WRITERS).map((client, n) => write(client, race, seededRandom(seed + n + 1))),
    ...others.slice(WRITERS).map((client, n) => fold(client, race, seededRandom(seed + 100 + n))),
  ]);
  // Told at the end; until then it must not end the process.
  racing.catch(() => {
    race.isOver = true;
  });
  const problems: string[] = [];
  for (let read = 1; read <= reads && !race.isOver && problems.length === 0; read += 1) {
    race.reads += 1;
    race.isQuiet = read % 10 >= 10 - QUIET_READS;
    const wrong = (await checkRollups(reader)).filter((check) => check.wrong > 0);
    for (const { view, wrong: rows } of wrong)
      problems.push(
        `seed ${seed}, read ${before + read}, as of ${race.now.toISOString()}: ${view} has ${rows} wrong rows`,
      );
    const { rows } = await reader.query<{ exact: boolean }>(
      'select is_exact as exact from tricost.user_windows_age',
    );
    if (rows[0]?.exact === true) race.exactSnapshots += 1;
  }
  race.isOver = true;
  await racing;
  return problems;
}

/** Another writer had the row, or has moved it to another month; the month is gone, or locked. */
const EXPECTED = new Set(['55P03', '40P01', '40001', '23514', '42P01', '23505']);

async function write(client: Client, race: Race, random: Random): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  let last: Insertion | undefined;
  while (!race.isOver) {
    if (race.isQuiet) {
      await pause(20);
      continue;
    }
    try {
      await client.query('begin');
      for (let step = random.between(1, 4); step > 0; step -= 1) {
        last = await change(client, race, random, last);
        race.statements += 1;
      }
      await client.query(random.chance(0.85) ? 'commit' : 'rollback');
    } catch (error) {
      await client.query('rollback');
      if (!EXPECTED.has((error as { code?: string }).code ?? '')) throw error;
    }
  }
}

async function change(
  client: Client,
  race: Race,
  random: Random,
  last: Insertion | undefined,
): Promise<Insertion | undefined> {
  const some = `(select event_id from tricost.llm_calls order by md5(event_id::text || '${random.between(0, 1e6)}') limit 3)`;
  const dice = random.between(1, 100);
  if (dice <= 35) return insert(client, newInsertion(race, random));
  // A redelivery, or what was sent again from the rejected ones.
  if (dice <= 45 && last !== undefined) return insert(client, last);
  if (dice <= 55) await copy(client, race, random);
  else if (dice <= 67) {
    await client.query(
      `update tricost.llm_calls set cost_usd = cost_usd * 2, latency_ms = latency_ms * 3 where event_id in ${some}`,
    );
  } else if (dice <= 75) {
    await client.query(`update tricost.llm_calls set ts = $1 where event_id in ${some}`, [
      instant(race, random),
    ]);
  } else if (dice <= 80) {
    await client.query(
      `update tricost.llm_calls set user_id = 'forgotten-1' where event_id in ${some}`,
    );
  } else if (dice <= 90)
    await client.query(`delete from tricost.llm_calls where event_id in ${some}`);
  else if (dice <= 92) {
    await client.query(`truncate tricost.${random.pick(await partitionNames(client))}`);
  } else {
    await client.query(
      `delete from tricost.llm_calls where (select count(*) from tricost.llm_calls) > ${MOST_CALLS} and random() < 0.5`,
    );
  }
  return last;
}

async function partitionNames(client: Client): Promise<[string, ...string[]]> {
  return (await listPartitions(client)).map(({ name }) => name) as [string, ...string[]];
}

interface Insertion {
  startsAt: Date;
  id: string;
  isPriced: boolean;
  calls: number;
}

function newInsertion(race: Race, random: Random): Insertion {
  return {
    startsAt: instant(race, random),
    id: randomUUID(),
    isPriced: random.chance(0.9),
    calls: random.between(1, 20),
  };
}

async function insert(client: Client, insertion: Insertion): Promise<Insertion> {
  await client.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, prompt_name, prompt_version, provider, model,
       environment, status, input_tokens, latency_ms, cost_usd, price_status)
     select $1::timestamptz + n * interval '7 minutes', md5($2 || n)::uuid, case when n % 6 > 0 then 'u' || n % 6 else '(none)' end,
       case when n % 4 > 0 then 'f' || n % 4 else '(untagged)' end, 'p' || n % 3, case when n % 2 > 0 then 'named' end, 1 + n % 3,
       'acme', 'm' || n % 2, case when n % 5 > 0 then 'production' end, 'ok', n, case when n % 7 > 0 then n * n * 13 end,
       case when $3 then n / 7::numeric end, case when $3 then 'priced' else 'unpriced' end
     from generate_series(1, $4::int) as n
     on conflict do nothing`,
    [insertion.startsAt, insertion.id, insertion.isPriced, insertion.calls],
  );
  return insertion;
}

/** As bulk loads do it, into the table or into the month. */
async function copy(client: Client, race: Race, random: Random): Promise<void> {
  const ts = instant(race, random);
  const month = `llm_calls_p${ts.toISOString().slice(0, 7).replace('-', '_')}`;
  const table = random.chance(0.5) ? 'llm_calls' : month;
  const row = `${ts.toISOString()}\t${randomUUID()}\tcopied\tf1\tp1\t${random.between(1, 3)}\tacme\tm1\tok\t${random.between(0, 90_000)}\t0.25\tpriced\n`;
  await copyIn(
    client,
    `copy tricost.${table} (ts, event_id, user_id, feature, prompt_id, prompt_version, provider, model, status, latency_ms, cost_usd, price_status) from stdin`,
    [Buffer.from(row)],
  );
}

/** Around now, around the starts of months, and in the two months before. */
function instant(race: Race, random: Random): Date {
  const { now } = race;
  if (random.chance(0.3)) {
    return new Date(now.getTime() + random.between(-2 * 3_600_000, 3_600_000));
  }
  const month = Date.UTC(
    now.getUTCFullYear(),
    now.getUTCMonth() - (random.chance(0.8) ? 0 : random.between(1, MONTHS_BACK)),
    1,
  );
  const offset = random.chance(0.3)
    ? random.between(-3_600_000, 3_600_000)
    : -random.between(0, 62) * DAY_MS + random.between(-3_600_000, 3_600_000);
  return new Date(Math.min(month + offset, now.getTime() + 3_600_000));
}

async function fold(client: Client, race: Race, random: Random): Promise<void> {
  while (!race.isOver) {
    const folded = await race.fold(client, {
      days: random.between(1, 10),
      wait: random.chance(0.5),
    });
    if (folded !== undefined) race.folds += 1;
    // Else they take the time of the reads, of which there are to be many.
    await pause(random.between(0, MOST_FOLD_PAUSE_MS));
  }
}

async function snapshoot(client: Client, race: Race): Promise<void> {
  while (!race.isOver) {
    if (await refreshUserWindows(client, { atMostEverySeconds: 0 })) race.snapshots += 1;
    await pause(10);
  }
}

/** Often enough to meet everything, seldom enough that folds get done in between. */
const ZONE_PAUSE_MS = 1_000;

async function changeZonesAndMonths(client: Client, race: Race, random: Random): Promise<void> {
  let months = MONTHS_BACK;
  while (!race.isOver) {
    const dice = random.between(1, 10);
    try {
      // A zone first, and until it was another one: a short race has few turns.
      if (dice <= 6 || race.zones === 0) {
        if (await setReportingZone(client, random.pick(ZONES as [string, ...string[]])))
          race.zones += 1;
      } else if (dice <= 8 && months > LEAST_MONTHS) {
        months -= 1;
        race.months += (await retirePartitions(client, race.now, months)).length;
      } else {
        await ensurePartitions(client, race.now, { monthsBack: 0, monthsAhead: 1 });
      }
    } catch (error) {
      // A fold that does not wait for others makes them fail, too. What is looked for is what it makes of the reports.
      if (race.fold === foldSpend || !EXPECTED.has((error as { code?: string }).code ?? ''))
        throw error;
    }
    await pause(ZONE_PAUSE_MS);
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
