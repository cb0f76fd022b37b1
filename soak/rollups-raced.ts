/** Writers, folds, zones and readers at once: every read compares every report with the calls as of one instant. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { checkRollups } from '../adapters/postgres/check-rollups.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { foldSpend, setReportingZone } from '../adapters/postgres/roll-up-spend.ts';
import { type Random, seededRandom } from '../local/demo/random.ts';
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
/** Writers wait for each other's rows no longer: what they meet is the fold's business, not a deadlock's. */
const LOCK_TIMEOUT_MS = 50;
const MOST_CALLS = 1_500;
const MONTH_MS = 31 * 86_400_000;

interface Race {
  isOver: boolean;
  statements: number;
  folds: number;
  zones: number;
}

/** `events` is how many reads there are. */
export async function rollupsRaced(
  soak: SoakStack,
  { seed, events: reads, report }: Size,
): Promise<Outcome> {
  const race: Race = { isOver: false, statements: 0, folds: 0, zones: 0 };
  const clients = await Promise.all(
    Array.from({ length: WRITERS + FOLDERS + 2 }, () =>
      connect({ connectionString: soak.database.ownerUrl, applicationName: 'tricost soak' }),
    ),
  );
  const [reader, zoner, ...others] = clients as [Client, Client, ...Client[]];
  await reader.query('truncate tricost.llm_calls');
  const racing = Promise.all([
    changeZones(zoner, race, seededRandom(seed)),
    ...others.slice(0, WRITERS).map((client, n) => write(client, race, seededRandom(seed + n + 1))),
    ...others.slice(WRITERS).map((client, n) => fold(client, race, seededRandom(seed + 100 + n))),
  ]);
  // Told at the end; until then it must not end the process.
  racing.catch(() => {
    race.isOver = true;
  });
  const problems: string[] = [];
  for (let read = 1; read <= reads && !race.isOver; read += 1) {
    const wrong = (await checkRollups(reader)).filter((check) => check.wrong > 0);
    for (const { view, wrong: rows } of wrong)
      problems.push(`read ${read}: ${view} has ${rows} wrong rows`);
    if (read % 10 === 0) report(`${read} of ${reads} reads, ${race.folds} folds`);
  }
  race.isOver = true;
  await racing;
  const facts = { reads, statements: race.statements, folds: race.folds, zones: race.zones };
  if (Math.min(race.statements, race.folds, race.zones) === 0) {
    problems.push('nothing raced: nothing was shown');
  }
  await setReportingZone(reader, 'UTC');
  await reader.query('truncate tricost.llm_calls');
  await Promise.all(clients.map((client) => client.end()));
  return { facts, problems };
}

async function write(client: Client, race: Race, random: Random): Promise<void> {
  await client.query(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
  while (!race.isOver) {
    try {
      await client.query('begin');
      for (let step = random.between(1, 4); step > 0; step -= 1) {
        await change(client, random);
        race.statements += 1;
      }
      await client.query(random.chance(0.85) ? 'commit' : 'rollback');
    } catch (error) {
      await client.query('rollback');
      // Another writer had the row, or has moved it to another month.
      if (!['55P03', '40P01', '40001'].includes((error as { code?: string }).code ?? ''))
        throw error;
    }
  }
}

async function change(client: Client, random: Random): Promise<void> {
  const some = `(select event_id from tricost.llm_calls order by md5(event_id::text || '${random.between(0, 1e6)}') limit 3)`;
  const dice = random.between(1, 100);
  if (dice <= 50) await insert(client, random);
  else if (dice <= 65) {
    await client.query(
      `update tricost.llm_calls set cost_usd = cost_usd * 2 where event_id in ${some}`,
    );
  } else if (dice <= 75) {
    await client.query(`update tricost.llm_calls set ts = $1 where event_id in ${some}`, [
      instant(random),
    ]);
  } else if (dice <= 90)
    await client.query(`delete from tricost.llm_calls where event_id in ${some}`);
  else {
    await client.query(
      `delete from tricost.llm_calls where (select count(*) from tricost.llm_calls) > ${MOST_CALLS} and random() < 0.5`,
    );
  }
}

async function insert(client: Client, random: Random): Promise<void> {
  const isPriced = random.chance(0.9);
  const calls = random.between(1, 20);
  await client.query(
    `insert into tricost.llm_calls (ts, event_id, user_id, feature, prompt_id, provider, model, environment, status, input_tokens, cost_usd, price_status)
     select $1::timestamptz + n * interval '7 minutes', md5($2 || n)::uuid, 'u', 'f' || n % 3, 'p' || n % 4, 'acme', 'm' || n % 2,
       case when n % 5 > 0 then 'production' end, 'ok', n, case when $3 then n / 7::numeric end, case when $3 then 'priced' else 'unpriced' end
     from generate_series(1, $4::int) as n`,
    [instant(random), randomUUID(), isPriced, calls],
  );
}

/** Around the start of this month, and around some midnight of it. */
function instant(random: Random): Date {
  const now = new Date();
  const month = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
  const offset = random.chance(0.3)
    ? random.between(-3_600_000, 3_600_000)
    : -random.between(0, MONTH_MS);
  return new Date(month + offset);
}

async function fold(client: Client, race: Race, random: Random): Promise<void> {
  while (!race.isOver) {
    const folded = await foldSpend(client, {
      quarters: random.between(1, 200),
      wait: random.chance(0.5),
    });
    if (folded !== undefined) race.folds += 1;
  }
}

/** Often enough to meet everything, seldom enough that folds get done in between. */
const ZONE_PAUSE_MS = 700;

async function changeZones(client: Client, race: Race, random: Random): Promise<void> {
  while (!race.isOver) {
    if (await setReportingZone(client, random.pick(ZONES as [string, ...string[]])))
      race.zones += 1;
    await new Promise((resolve) => setTimeout(resolve, ZONE_PAUSE_MS));
  }
}
