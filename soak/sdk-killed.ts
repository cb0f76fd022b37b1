/** Apps that publish die in every way, with the queue there and without it: what was published is stored, or counted as dropped. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PicoUsd } from '../domain/money.ts';
import { seededRandom } from '../local/demo/random.ts';
import { readContent } from '../sdk/src/spool/entries.ts';
import { account, emptyTables } from './accounting/account.ts';
import { arrivedEnvelopes } from './accounting/publisher-account.ts';
import { costOf, soakCall } from './accounting/traffic.ts';
import type { Outcome, Size } from './scenario.ts';
import { AppProcess, type AppSettings } from './world/app-process.ts';
import { drain } from './world/drain.ts';
import { ingestMetric, type SoakStack } from './world/soak-stack.ts';

export interface SdkKilled extends Size {
  /** How many apps die, one after the other. */
  deaths: number;
  /** How long each publishes, if it is left alone. */
  publishMs: number;
}

/** In turn. */
const DEATHS = [
  'killed',
  'ended in order',
  'frozen, then killed',
  'killed without a queue',
] as const;
/** The part of the calls that is published into an outage with a buffer that does not hold them. */
const OVERFLOW_SHARE = 0.2;
const SMALL_BUFFER_BYTES = 20_000;

export async function sdkKilled(soak: SoakStack, size: SdkKilled): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'tricost-sdk-killed-'));
  try {
    return await run(soak, size, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function run(soak: SoakStack, size: SdkKilled, directory: string): Promise<Outcome> {
  const { seed, events, deaths, publishMs, report } = size;
  const random = seededRandom(seed);
  const now = new Date();
  const calls = Array.from({ length: events }, (_, index) =>
    soakCall(`sdk-killed/${seed}/${index}`, now, random),
  );
  const callsFile = join(directory, 'calls.ndjson');
  await writeFile(callsFile, calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  await emptyTables(soak);
  const metAgainBefore = ingestMetric(soak, 'Duplicate');

  const spoolDir = join(directory, 'spool');
  const start = (settings: Pick<AppSettings, 'from' | 'to'> & Partial<AppSettings>) =>
    new AppProcess(soak, {
      queueUrl: `${soak.stack.sqsEndpoint}${new URL(soak.queueUrl).pathname}`,
      spoolDir,
      callsFile,
      overMs: publishMs,
      ...settings,
    });
  const overflowing = Math.floor(events * OVERFLOW_SHARE);
  const perApp = Math.floor((events - overflowing) / (deaths + 1));
  let published = 0;
  let spooled = 0;

  for (let death = 0; death < deaths; death += 1) {
    const how = DEATHS[death % DEATHS.length];
    report(`${published} of ${events} events published; the next app will be ${how}`);
    const app = start({ from: published, to: published + perApp });
    await app.hasStarted();
    await sleep(publishMs * random.next());
    if (how === 'ended in order') await app.end();
    else {
      if (how === 'frozen, then killed') await freeze(soak, app, publishMs * random.next());
      if (how === 'killed without a queue') await withoutQueue(soak, publishMs * random.next());
      await app.kill();
      if (how === 'killed without a queue') await soak.queue.restart();
    }
    published += app.published;
    spooled += await spooledCalls(spoolDir);
  }

  report('a queue outage under load');
  await soak.queue.kill();
  const overflow = { from: published, to: published + overflowing, overMs: 0 };
  const crowded = start({ ...overflow, maxBufferBytes: SMALL_BUFFER_BYTES });
  await crowded.hasPublishedAll();
  await crowded.kill();
  await soak.queue.restart();
  published += overflowing;

  report('the last app delivers what the others have left');
  const last = start({ from: published, to: events });
  await last.hasPublishedAll();
  await last.end();
  await drain(soak, { skipWaits: true, report });

  const stored = await storedIds(soak);
  const costs = new Map<string, PicoUsd>();
  for (const call of calls) {
    const id = String(call.event_id);
    if (stored.has(id)) costs.set(id, costOf(call));
  }
  const arrived = await arrivedEnvelopes(soak);
  const missing = events - costs.size;
  const left = await readdir(spoolDir);
  const accounted = await account(
    soak,
    { published: costs.size, costs, rejected: 0 },
    metAgainBefore,
  );
  return {
    account: accounted.account,
    facts: {
      deaths,
      producers: arrived.producers,
      calls_found_in_the_spool: spooled,
      counted_as_dropped: arrived.dropped,
    },
    problems: [
      ...accounted.problems,
      ...(missing === arrived.dropped
        ? []
        : [`${missing} calls are not stored, and ${arrived.dropped} are counted as dropped`]),
      ...(arrived.gaps === 0 ? [] : [`${arrived.gaps} numbered envelopes are missing`]),
      ...(left.length === 0 ? [] : [`the spool still holds ${left.join(', ')}`]),
      ...(spooled > 0 && arrived.dropped > 0
        ? []
        : ['no app died with calls in its spool, or none was dropped: nothing was shown']),
    ],
  };
}

/** The queue goes meanwhile, and with it every connection, as it is when a function is thawed after minutes. */
async function freeze(soak: SoakStack, app: AppProcess, aliveMs: number): Promise<void> {
  app.freeze();
  await soak.queue.kill();
  await soak.queue.restart();
  app.thaw();
  await sleep(aliveMs);
}

async function withoutQueue(soak: SoakStack, ms: number): Promise<void> {
  await soak.queue.kill();
  await sleep(ms);
}

/** Of processes that are dead. */
async function spooledCalls(spoolDir: string): Promise<number> {
  let calls = 0;
  for (const name of await readdir(spoolDir)) {
    if (!name.endsWith('.calls')) continue;
    const content = readContent(await readFile(join(spoolDir, name), 'utf8'));
    for (const message of content?.underWay ?? []) calls += message.calls;
    calls += content?.waiting.length ?? 0;
  }
  return calls;
}

async function storedIds({ database }: SoakStack): Promise<Set<string>> {
  return database.withOwner(async (owner) => {
    const { rows } = await owner.query<{ event_id: string }>(
      'select event_id from tricost.llm_calls',
    );
    return new Set(rows.map(({ event_id: id }) => id));
  });
}
